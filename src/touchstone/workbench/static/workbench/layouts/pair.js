// Two results side by side; which is which, nobody can tell.

import { element, facts } from "./parts.js";
import { eitherParts } from "./video.js";

export const SIDES = [["left", "A"], ["right", "B"]];

export function pair(view) {
  const columns = element("div", "wb-columns");
  SIDES.forEach(([key, letter], n) => columns.append(side(key, letter, n, view)));
  return [columns, ...others(view)];
}

function side(key, letter, n, view) {
  const parts = eitherParts(view.task.content[key], view, { heading: "h3", n });
  return panel(letter, parts.length ? parts : [element("p", "wb-quiet", view.texts.empty_side_one)], view);
}

export function panel(letter, parts, view) {
  const made = element("section", "wb-side-panel card");
  made.dir = view.task.direction;
  const name = element("h2", "wb-side-name", letter);
  name.id = `wb-side-${letter.toLowerCase()}`;
  made.setAttribute("aria-labelledby", name.id);
  made.append(name, ...parts);
  return made;
}

// What the schema shows beside the two, such as where somebody searched.
export function others(view) {
  const list = facts(view.shown.filter((key) => !SIDES.some(([side]) => side === key)), view.task.content, view);
  for (const each of list) each.classList.add("wb-beside");
  return list;
}

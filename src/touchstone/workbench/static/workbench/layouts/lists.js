// Two result lists: columns where there is room, one at a time on a phone, by buttons or a swipe.

import { element, listOf } from "./parts.js";
import { others, panel, SIDES } from "./pair.js";
import { eitherParts } from "./video.js";

const SWIPE = 48;

export function lists(view) {
  const columns = element("div", "wb-columns wb-lists");
  const panels = SIDES.map(([key, letter]) => panel(letter, [results(view.task.content[key], view)], view));
  columns.append(...panels);
  const tabs = switches(columns, view);
  wireSwipe(columns);
  turn(columns, "A");
  return [tabs, columns, ...others(view)];
}

function results(value, view) {
  const found = listOf(value);
  if (!found.length) return element("p", "wb-quiet", view.texts.empty_side);
  const list = element("ol", "wb-list");
  for (const each of found) {
    const row = element("li");
    row.append(...eitherParts(each, view, { heading: "h3" }));
    // A key for each of many clips would be no help; their own controls are.
    for (const button of row.querySelectorAll(".wb-view")) button.remove();
    list.append(row);
  }
  return list;
}

function switches(columns, view) {
  const group = element("div", "wb-switches");
  for (const [, letter] of SIDES) {
    const button = element("button", "btn", letter);
    button.type = "button";
    button.dataset.side = letter;
    button.setAttribute("aria-label", view.texts.side.replace("{side}", letter));
    button.addEventListener("click", () => turn(columns, letter));
    group.append(button);
  }
  columns.switches = group;
  return group;
}

function turn(columns, letter) {
  columns.dataset.shown = letter;
  for (const button of columns.switches.children) {
    button.setAttribute("aria-pressed", String(button.dataset.side === letter));
  }
}

// B lies beyond A in the direction of reading.
function wireSwipe(columns) {
  let from = null;
  columns.addEventListener("touchstart", (event) => { [from] = event.changedTouches; }, { passive: true });
  columns.addEventListener("touchend", (event) => {
    const [to] = event.changedTouches;
    const [across, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
    if (Math.abs(across) < SWIPE || Math.abs(across) < 2 * Math.abs(down)) return;
    const rightToLeft = getComputedStyle(columns).direction === "rtl";
    turn(columns, across < 0 === rightToLeft ? "A" : "B");
  }, { passive: true });
}

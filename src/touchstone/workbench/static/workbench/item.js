// Shows an item in the layout of its task type.

import { ad } from "./layouts/ad.js";
import { lists } from "./layouts/lists.js";
import { media } from "./layouts/media.js";
import { pair } from "./layouts/pair.js";
import { element, say } from "./layouts/parts.js";
import { query } from "./layouts/query.js";
import { result } from "./layouts/result.js";
import { suggestion } from "./layouts/suggestion.js";
import { video } from "./layouts/video.js";

export { element };

const LAYOUTS = { result, video, pair, lists, suggestion, ad, media, query };
// These make cards of their own; the others stand in one.
const OPEN = new Set(["pair", "lists", "ad"]);

export function showItem(root, task, { layout = "result", context, parts = [], language, texts }) {
  root.querySelector("[data-locale]").textContent = localeName(task.locale, language);
  say(root.querySelector("[data-query]"), task.query, task);
  const made = LAYOUTS[layout]({ task, shown: context, parts, language, texts });
  const section = root.querySelector("[data-result]");
  section.dataset.layout = layout;
  section.classList.toggle("card", !OPEN.has(layout));
  section.dir = task.direction;
  section.setAttribute("aria-label", texts[`layout_${layout}`]);
  const nothing = !made.length;
  section.replaceChildren(...(nothing ? [element("p", "wb-quiet", texts.no_text)] : made));
  // A query stands alone: that there is nothing more is no news.
  section.hidden = nothing && layout === "query";
  const name = root.querySelector("[data-layout-name]");
  name.textContent = texts[`layout_${layout}`];
  name.hidden = section.hidden;
}

// True when the key did something with the item: v shows or plays, t opens what is folded.
export function itemKey(root, key, event) {
  if (key === "v") return press(root, event.shiftKey ? 1 : 0);
  if (key === "t") return unfold(root);
  return false;
}

function press(root, n) {
  const button = root.querySelector(`[data-view="${n}"]`);
  button?.click();
  return Boolean(button);
}

function unfold(root) {
  const folds = [...root.querySelectorAll("[data-fold]")];
  const open = !folds.every((fold) => fold.open);
  for (const fold of folds) fold.open = open;
  return folds.length > 0;
}

// Where the eye goes with a new task or screen: the query, or the line that says it is put away.
export function headingOf(root) {
  return root.querySelector(root.hasAttribute("data-query-away") ? "[data-no-query]" : "[data-query]");
}

export function localeName(tag, language) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

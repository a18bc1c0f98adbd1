// A task type on trial: a sample item and its answer panel, without an assignment. The fragment comes
// from the server (`work/preview`); whoever puts it into a page calls `mountPreview` on it.

import { headingOf, itemKey, showItem } from "./item.js";
import { isWriting, meaning } from "./keys.js";
import { Panel } from "./panel.js";

export function mountPreview(root) {
  const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const shell = root.querySelector("[data-shell]");
  const form = root.querySelector("[data-answer]");
  const shown = root.querySelector("[data-preview-answers]");
  const panel = new Panel(form, data, () => { shown.textContent = ""; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const answers = panel.answers();
    if (answers) shown.textContent = JSON.stringify(answers, null, 2);
  });
  // Keys count in the preview only: around it somebody is writing a form.
  root.addEventListener("keydown", (event) => pressed(event, { shell, form, panel }));
  showItem(shell, data.task, data);
  panel.reset(null, data.task);
  shell.hidden = false;
  return panel;
}

function pressed(event, { shell, form, panel }) {
  const key = event.defaultPrevented ? "" : meaning(event);
  if (key === "Escape" && isWriting(event.target)) headingOf(shell).focus();
  if (!key || isWriting(event.target)) return;
  if (act(key, event, { shell, form, panel })) event.preventDefault();
}

function act(key, event, { shell, form, panel }) {
  if (key === "Enter") {
    if (event.repeat) return false;
    form.requestSubmit();
    return true;
  }
  if (key === "Backspace") return panel.clear();
  return !event.repeat && (panel.press(key, event) || itemKey(shell, key, event));
}

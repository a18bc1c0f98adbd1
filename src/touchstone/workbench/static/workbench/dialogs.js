// The guideline and the table of keys: native dialogs, so that focus and Escape behave.

import { singleKeysOn, switchSingleKeys } from "./keys.js";

export function wireDialogs() {
  for (const [key, id] of [["g", "wb-guideline"], ["?", "wb-keys"]]) {
    const dialog = document.getElementById(id);
    if (!dialog) continue;
    document.querySelector(`[data-act="${key}"]`)?.addEventListener("click", () => toggle(dialog));
    // A click beside the dialog lands on the dialog itself: its backdrop is part of it.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  const box = document.querySelector("[data-keys-switch]");
  if (box) {
    box.checked = singleKeysOn();
    box.addEventListener("change", () => switchSingleKeys(box.checked));
  }
}

export function openDialog() {
  return document.querySelector("dialog[open]");
}

// True when the key was one for a dialog.
export function dialogKey(key) {
  const dialog = { g: "wb-guideline", "?": "wb-keys" }[key];
  const found = dialog && document.getElementById(dialog);
  if (!found || (openDialog() && openDialog() !== found)) return false;
  toggle(found);
  return true;
}

function toggle(dialog) {
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

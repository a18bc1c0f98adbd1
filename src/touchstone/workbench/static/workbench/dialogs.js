// The dialogs of a screen, each with its key: native ones, so that focus and Escape behave.

import { singleKeysOn, switchSingleKeys } from "./keys.js";

// What a key opens; a script adds its own with what is to be done first.
const DIALOGS = new Map([["g", { id: "wb-guideline" }], ["?", { id: "wb-keys" }]]);

export function addDialog(key, id, onOpen) {
  DIALOGS.set(key, { id, onOpen });
}

export function wireDialogs() {
  for (const [key, { id }] of DIALOGS) {
    const dialog = document.getElementById(id);
    if (!dialog) continue;
    document.querySelector(`[data-act="${key}"]`)?.addEventListener("click", () => toggle(key));
    // A click beside the dialog lands on the dialog itself: its backdrop is part of it.
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  }
  wireKeys();
}

function wireKeys() {
  const box = document.querySelector("[data-keys-switch]");
  if (!box) return;
  box.checked = singleKeysOn();
  box.addEventListener("change", () => switchSingleKeys(box.checked));
  // The way to other keys is loaded when somebody wants it.
  const dialog = document.getElementById("wb-keys");
  dialog.querySelector("[data-keys-change]")?.addEventListener("click", async (event) => {
    const { changeKeys } = await import("./keymap.js");
    changeKeys(dialog, event.target.closest("button"));
  });
  dialog.querySelector("[data-advance-switch]")?.addEventListener("change", async (event) => {
    const { setAdvance } = await import("./keymap.js");
    setAdvance(event.target);
  });
}

export function openDialog() {
  return document.querySelector("dialog[open]");
}

// Whether a key goes to a dialog while one is open: the key that closes it.
export function belongsToDialog(key) {
  return openDialog()?.id === DIALOGS.get(key)?.id;
}

// True when the key was one for a dialog.
export function dialogKey(key) {
  const id = DIALOGS.get(key)?.id;
  const found = id && document.getElementById(id);
  if (!found || (openDialog() && openDialog() !== found)) return false;
  toggle(key);
  return true;
}

function toggle(key) {
  const { id, onOpen } = DIALOGS.get(key);
  const dialog = document.getElementById(id);
  if (dialog.open) {
    dialog.close();
    return;
  }
  dialog.showModal();
  onOpen?.(dialog);
}

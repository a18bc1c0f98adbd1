// The keys of the task screen. What a key is called here is its name in the account's table; what
// is really pressed for it is the person's own affair (`keys.js`).

import { belongsToDialog, dialogKey, openDialog } from "./dialogs.js";
import { headingOf, itemKey } from "./item.js";
import { isUndo, isWriting, meaning, sparesForm } from "./keys.js";

export class Shortcuts {
  // `anywhere` and `atTask` say what each key does; false where it did nothing.
  constructor({ desk, panel, shell, anywhere, atTask }) {
    this.desk = desk;
    this.panel = panel;
    this.shell = shell;
    this.anywhere = anywhere;
    this.atTask = atTask;
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    const key = event.defaultPrevented ? "" : this.#meant(event);
    if (sparesForm(event)) event.preventDefault();
    if (!key) return;
    if (key === "Escape" && isWriting(event.target)) headingOf(this.shell).focus();
    if (isWriting(event.target) || (openDialog() && !belongsToDialog(key))) return;
    if (this.#act(key, event)) event.preventDefault();
  }

  #meant(event) {
    return isUndo(event) ? "u" : meaning(event);
  }

  // True when the key did something here.
  #act(key, event) {
    if (dialogKey(key)) return true;
    if (key === "Backspace") return this.desk.isAtTask && this.panel.clear();
    if (event.repeat) return false;
    if (key in this.anywhere) return this.anywhere[key]() !== false;
    if (!this.desk.isAtTask) return false;
    if (this.panel.press(key, event) || itemKey(this.shell, key, event)) return true;
    return key in this.atTask && this.atTask[key]() !== false;
  }
}

// The line that says where the answers are: on their way, kept here, saved, or still to be undone;
// and beside it whether the draft of this task is kept.

import { element } from "./item.js";

const ICONS = { ready: "circle-dashed", held: "clock-hour-4", saving: "cloud-up", saved: "cloud-check", waiting: "cloud-off", sign_in: "lock" };

export class StateLine {
  constructor({ line, undo, draft }, { texts, language }) {
    this.line = line;
    this.undo = undo;
    this.draft = draft;
    this.texts = texts;
    this.numbers = new Intl.NumberFormat(`${language}-u-nu-latn`);
  }

  show(state, n, canUndo) {
    this.undo.hidden = !canUndo;
    const text = this.texts[state].replace("{n}", this.numbers.format(n));
    if (this.line.dataset.state === state && this.line.textContent === text) return;
    this.line.dataset.state = state;
    const icon = element("i", `ti ti-${ICONS[state]}`);
    icon.setAttribute("aria-hidden", "true");
    this.line.replaceChildren(icon, element("span", "", text));
    this.line.title = text;
    if (state === "sign_in") this.line.append(this.#signIn());
  }

  // A browser that keeps nothing is not said to have kept it.
  showDraft(isKept) {
    const text = isKept ? this.texts.draft_saved : "";
    if (this.draft.textContent !== text) this.draft.textContent = text;
  }

  #signIn() {
    const link = element("a", "wb-sign-in");
    link.href = location.pathname;
    link.textContent = "→";
    link.setAttribute("aria-label", this.texts.sign_in_again);
    return link;
  }
}

// The answer panel: what is asked on which screen, whose turn it is, and what the keys choose.
// The fields hold the answers.

import { fieldOf } from "./fields/index.js";
import { choice } from "./fields/choices.js";

const OUTCOME_KEYS = ["x", "e"];

export class Panel {
  #byKey = false;

  constructor(form, { texts, language }, onChange = () => {}) {
    this.form = form;
    this.words = { texts, numbers: new Intl.NumberFormat(`${language}-u-nu-latn`) };
    this.texts = texts;
    this.onChange = onChange;
    this.onComplete = () => {}; // a choice left nothing open on this screen
    this.shell = form.closest("[data-shell]");
    this.label = form.querySelector("[data-label]");
    this.screens = [...form.querySelectorAll("[data-screen]")];
    this.fields = [...form.querySelectorAll("[data-question]")].map(fieldOf);
    this.outcomes = new Map([...form.querySelectorAll("[data-outcome]")].map((node) => [node.dataset.opens, { node, ...choice(node) }]));
    this.comment = form.querySelector("[data-comment]");
    this.note = form.querySelector("#wb-comment");
    this.hint = form.querySelector("[data-hint]");
    this.at = 0;
    this.outcome = null; // one of `outcomes` while it is open, null while labeling
    this.#wire();
  }

  #wire() {
    const { form } = this;
    form.addEventListener("change", (event) => this.#changed(event));
    form.addEventListener("input", (event) => event.target.matches("textarea, input[type=text]") && this.#changed(event));
    form.addEventListener("focusin", (event) => this.#focused(event));
    form.addEventListener("wb-say", (event) => this.say(event.detail));
    for (const key of this.outcomes.keys()) {
      this.#button(key).addEventListener("click", () => this.#openOutcome(this.outcome === this.outcomes.get(key) ? null : key, true));
    }
    this.#button("c")?.addEventListener("click", () => this.openComment());
    this.#button("back")?.addEventListener("click", () => this.#open(this.at - 1, true));
  }

  #button(act) {
    return this.form.querySelector(`[data-act="${act}"]`);
  }

  say(text) {
    if (this.hint.textContent !== text) this.hint.textContent = text;
  }

  // --- whose turn it is ----------------------------------------------------------------------------

  // The fields of the screen that is open; what this item has nothing for is not asked.
  get #here() {
    return this.fields.filter((field) => this.screens[this.at].contains(field.node) && !field.node.hidden);
  }

  #changed(event) {
    const field = this.fields.find((one) => one.node.contains(event.target));
    this.say(field?.excess?.(this.words) ?? "");
    if (event.type === "change" && field?.isDone) this.#goOn(field);
    this.onChange();
  }

  #focused(event) {
    const field = this.#here.find((one) => one.node.contains(event.target));
    if (field) this.#turnTo(field);
  }

  // To the next question without an answer; with all answered, nobody is moved.
  #goOn(from) {
    const here = this.#here;
    const after = [...here.slice(here.indexOf(from) + 1), ...here.slice(0, here.indexOf(from))];
    const next = after.find((field) => (field.isRequired || field.takesTurn) && field.value() === null);
    if (next) this.#turnTo(next, this.#byKey);
    else this.onComplete();
  }

  #turnTo(field, focus = false) {
    this.turn = field;
    if (!field) return;
    const here = this.#here;
    for (const one of this.fields) one.node.toggleAttribute("data-turn", here.length > 1 && one === field);
    if (focus && field.isWritten) field.focus();
    else if (focus) field.node.scrollIntoView({ block: "nearest" });
  }

  #firstTurn() {
    const here = this.#here;
    const open = here.filter((field) => field.value() === null);
    this.#turnTo(open.find((field) => field.isRequired || field.takesTurn) ?? open[0] ?? here.at(-1));
  }

  // --- screens -------------------------------------------------------------------------------------

  #open(at, focus = false) {
    this.at = Math.max(0, at);
    this.screens.forEach((screen, n) => { screen.hidden = n !== this.at; });
    const bare = "withoutQuery" in this.screens[this.at].dataset;
    this.shell?.toggleAttribute("data-query-away", bare);
    const steps = this.form.querySelector("[data-steps]");
    if (steps) steps.textContent = this.texts.screen.replace("{n}", this.at + 1).replace("{all}", this.screens.length);
    const back = this.#button("back");
    if (back) back.hidden = this.at === 0;
    this.#nameSubmit();
    this.#firstTurn();
    if (focus) this.shell?.querySelector(bare ? "[data-no-query]" : "[data-query]")?.focus();
  }

  get isLast() {
    return this.at === this.screens.length - 1;
  }

  // One question, all told.
  get asksOnce() {
    return this.screens.length === 1 && this.#here.length === 1;
  }

  #nameSubmit() {
    const last = this.isLast || this.outcome !== null;
    for (const [name, shown] of [["last", last], ["next", !last]]) {
      const text = this.form.querySelector(`[data-${name}]`);
      if (text) text.hidden = !shown;
    }
  }

  // --- the ways of not labeling --------------------------------------------------------------------

  // `key` opens one of them, null goes back to the label.
  #openOutcome(key, focus = false) {
    this.outcome = this.outcomes.get(key) ?? null;
    for (const [opens, outcome] of this.outcomes) {
      const on = outcome === this.outcome;
      outcome.node.hidden = !on;
      if (!on) outcome.clear();
      this.#button(opens).setAttribute("aria-expanded", String(on));
    }
    this.label.hidden = this.outcome !== null;
    this.#nameSubmit();
    this.say("");
    if (!focus) return;
    if (this.outcome) this.outcome.focus();
    else this.turn?.focus();
    this.onChange();
  }

  openComment() {
    if (this.comment) this.#showComment(true);
    (this.note ?? this.form.querySelector("textarea"))?.focus();
  }

  #showComment(on) {
    this.comment.hidden = !on;
    this.#button("c").setAttribute("aria-expanded", String(on));
  }

  // --- keys ----------------------------------------------------------------------------------------

  // True when the key did something.
  press(key, event) {
    // An arrow moves among radio buttons, or in a clip, when these have the focus.
    if (key.startsWith("Arrow") && event.target.matches?.("input, video")) return false;
    this.#byKey = true;
    try {
      return Boolean((this.outcome ?? this.turn)?.press(key, event)) || this.#act(key, event);
    } finally {
      this.#byKey = false;
    }
  }

  #act(key, { shiftKey = false } = {}) {
    if (OUTCOME_KEYS.includes(key) && this.outcomes.has(key)) this.#openOutcome(key, true);
    else if (key === "c" && this.#button("c")) this.openComment();
    else if (key === "n" && !this.outcome) this.#stepTo(shiftKey ? -1 : 1);
    else return false;
    return true;
  }

  // To the next question whether it is answered or not; with Shift to the one before.
  #stepTo(step) {
    const here = this.#here;
    const next = here[(here.indexOf(this.turn) + step + here.length) % here.length];
    this.#turnTo(next);
    next?.focus();
  }

  // Takes back one thing: the reason not to label, the latest answer of this screen, the screen.
  clear() {
    if (this.outcome) {
      this.#openOutcome(null, true);
      return true;
    }
    const here = this.#here;
    const before = here.slice(0, here.indexOf(this.turn) + 1).reverse();
    const cleared = before.find((field) => field.clear());
    if (!cleared && !this.at) return false;
    if (cleared) this.#turnTo(cleared);
    else this.#open(this.at - 1, true);
    this.say("");
    this.onChange();
    return true;
  }

  // --- a new task, drafts, answers -----------------------------------------------------------------

  reset(draft = null, task = null) {
    this.form.reset();
    for (const field of this.fields) field.reset?.(task, this.words);
    this.#openOutcome(null);
    if (this.comment) this.#showComment(false);
    this.say("");
    if (draft) this.#restore(draft);
    this.#open(draft ? this.#screenOf(draft) : 0);
  }

  #restore({ outcome, values = {}, reason = "", comment = "" }) {
    for (const field of this.fields) {
      if (field.key in values) field.restore(values[field.key]);
    }
    for (const [key, { node, restore }] of this.outcomes) {
      if (node.dataset.outcome !== outcome) continue;
      this.#openOutcome(key);
      restore(reason);
    }
    if (this.note && comment) {
      this.note.value = comment;
      this.#showComment(true);
    }
  }

  // The screen that the draft was left on, unless an earlier one lacks an answer.
  #screenOf({ screen = 0 }) {
    const lacking = this.screens.findIndex((node) => this.fields.some((field) => node.contains(field.node) && this.#faultOf(field)));
    return lacking < 0 ? Math.min(screen, this.screens.length - 1) : Math.min(screen, lacking);
  }

  // What is there so far, complete or not.
  draft() {
    const content = this.#content((field) => (field.draft ? field.draft() : field.value()));
    return { ...content, screen: this.at };
  }

  // The answers; or null when something is missing or another screen comes: then that is shown.
  answers() {
    if (this.outcome) {
      const fault = this.#reason() ? "" : this.texts.choose_reason;
      this.say(fault);
      return fault ? null : this.#content();
    }
    const lacking = this.#here.find((field) => this.#faultOf(field));
    if (lacking) {
      this.#point(lacking);
      return null;
    }
    if (this.isLast) return this.#content((field) => field.value());
    this.#open(this.at + 1, true);
    this.onChange();
    return null;
  }

  #content(valueOf) {
    const comment = this.note?.value.trim() ?? "";
    if (this.outcome) return { outcome: this.outcome.node.dataset.outcome, reason: this.#reason(), comment };
    const given = this.fields.map((field) => [field.key, valueOf(field)]).filter(([, value]) => value !== null);
    return { outcome: "label", values: Object.fromEntries(given), comment };
  }

  #reason() {
    return this.outcome.value() ?? "";
  }

  #faultOf(field) {
    const begun = (field.draft ? field.draft() : field.value()) !== null;
    return field.isRequired || begun ? field.fault(this.words) : "";
  }

  // Whoever comes from an answered question is shown the next one; only then it is a fault.
  #point(lacking) {
    const cameFrom = lacking !== this.turn && this.turn.value() !== null && lacking.value() === null;
    this.say(cameFrom && !lacking.isHalf ? "" : lacking.fault(this.words));
    this.#turnTo(lacking);
    if (lacking.isWritten) lacking.focus();
    else lacking.node.scrollIntoView({ block: "nearest" });
  }
}

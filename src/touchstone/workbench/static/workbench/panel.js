// The answer panel: what is chosen, and what the keys choose. Radio buttons hold the state.

export class Panel {
  constructor(form, texts, onChange = () => {}) {
    this.form = form;
    this.texts = texts;
    this.onChange = onChange;
    this.questions = [...form.querySelectorAll("[data-question]")];
    this.reason = form.querySelector('[data-step="reason"]');
    this.label = form.querySelector('[data-step="label"]');
    this.comment = form.querySelector("[data-comment]");
    this.note = form.querySelector("#wb-comment");
    this.hint = form.querySelector("[data-hint]");
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("input", () => this.#changed());
    this.#wireButtons();
  }

  #wireButtons() {
    this.#button("x")?.addEventListener("click", () => this.cannotJudge(!this.cannot, true));
    this.#button("c")?.addEventListener("click", () => this.openComment());
  }

  #button(act) {
    return this.form.querySelector(`[data-act="${act}"]`);
  }

  #changed() {
    this.say("");
    this.#markTurn();
    this.onChange();
  }

  // A digit belongs to the first question without an answer; with all answered, to the last.
  #markTurn() {
    const choices = this.questions.filter((question) => question.dataset.kind !== "text");
    this.turn = choices.find((question) => !chosen(question)) ?? choices.at(-1);
    for (const question of choices) {
      question.toggleAttribute("data-turn", choices.length > 1 && question === this.turn);
    }
  }

  get cannot() {
    return Boolean(this.reason && !this.reason.hidden);
  }

  say(text) {
    if (this.hint.textContent !== text) this.hint.textContent = text;
  }

  reset(draft = null) {
    this.form.reset();
    this.cannotJudge(false);
    if (this.comment) this.#showComment(false);
    this.say("");
    if (draft) this.#restore(draft);
    this.#markTurn();
  }

  #restore({ outcome, values = {}, reason = "", comment = "" }) {
    for (const question of this.questions) {
      const value = values[question.dataset.question];
      if (value === undefined) continue;
      if (question.dataset.kind === "text") question.querySelector("textarea").value = value;
      else pick(question, String(value));
    }
    if (this.reason && outcome === "cannot_judge") {
      this.cannotJudge(true);
      pick(this.reason, reason);
    }
    if (this.note && comment) {
      this.note.value = comment;
      this.#showComment(true);
    }
  }

  // True when the key chose something.
  choose(key) {
    const input = [...(this.cannot ? this.reason : this.turn)?.querySelectorAll("input") ?? []]
      .find((one) => one.dataset.hotkey === key);
    if (!input) return false;
    input.checked = true;
    this.#changed();
    return true;
  }

  clear() {
    const had = this.cannot || this.questions.some((question) => chosen(question));
    for (const input of this.form.querySelectorAll("input[type=radio]")) input.checked = false;
    this.cannotJudge(false);
    this.#changed();
    return had;
  }

  cannotJudge(on, focus = false) {
    if (!this.reason) return;
    this.reason.hidden = !on;
    this.label.hidden = on;
    for (const input of this.reason.querySelectorAll("input")) if (!on) input.checked = false;
    this.#button("x").setAttribute("aria-expanded", String(on));
    this.say("");
    if (focus) (on ? this.reason : this.label).querySelector("input, textarea")?.focus();
    this.#markTurn();
  }

  openComment() {
    if (this.comment) this.#showComment(true);
    (this.note ?? this.form.querySelector("textarea"))?.focus();
  }

  #showComment(on) {
    this.comment.hidden = !on;
    this.#button("c").setAttribute("aria-expanded", String(on));
  }

  // What is chosen, complete or not; for drafts.
  draft() {
    const comment = this.note?.value.trim() ?? "";
    if (this.cannot) return { outcome: "cannot_judge", reason: chosen(this.reason)?.value ?? "", comment };
    const values = {};
    for (const question of this.questions) {
      const value = valueOf(question);
      if (value !== null) values[question.dataset.question] = value;
    }
    return { outcome: "label", values, comment };
  }

  // The answers, or null with a word on what is missing.
  answers() {
    if (this.cannot) {
      if (chosen(this.reason)) return this.draft();
      this.say(this.texts.choose_reason);
      return null;
    }
    const missing = this.questions.find((question) => "required" in question.dataset && valueOf(question) === null);
    if (!missing) return this.draft();
    this.say(this.texts.choose);
    return null;
  }
}

function chosen(question) {
  return question.querySelector("input:checked");
}

function pick(question, value) {
  const found = [...question.querySelectorAll("input")].find((input) => input.value === value);
  if (found) found.checked = true;
}

function valueOf(question) {
  if (question.dataset.kind === "text") return question.querySelector("textarea").value.trim() || null;
  const value = chosen(question)?.value;
  if (value === undefined) return null;
  if (question.dataset.kind === "ordinal") return Number(value);
  if (question.dataset.kind === "boolean") return value === "true";
  return value;
}

// Asking about the item on the screen, or reporting it; and what was asked about it before. The
// task stays as it is, and so does what was written until it is sent.

import { element, headingOf } from "./item.js";
import { fill } from "./notices.js";

const LOOK_AGAIN = 60_000;

export class Asking {
  #about = ""; // the assignment that the dialog is about
  #sending = false;

  constructor({ api, data, desk, shell, notices }) {
    Object.assign(this, { api, data, desk, shell, notices });
    this.mine = data.questions;
    this.dialog = document.getElementById("wb-ask");
    this.form = this.dialog.querySelector("[data-ask-form]");
    this.beside = element("section", "wb-asked-here");
    this.beside.setAttribute("aria-label", data.texts.asked_here);
    shell.querySelector("[data-item]").append(this.beside);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.#send();
    });
    shell.addEventListener("task", () => this.#show());
    setInterval(() => this.#lookAgain(), LOOK_AGAIN);
    this.#show();
  }

  open() {
    const { current, isAtTask } = this.desk;
    if (!isAtTask) {
      this.dialog.close();
      return;
    }
    if (this.#about !== current.assignment) this.form.reset();
    this.#about = current.assignment;
    this.#say("");
    this.form.elements.text.focus();
  }

  // About an answer of before, from the list of them.
  openFor(assignment) {
    if (this.#about !== assignment) this.form.reset();
    this.#about = assignment;
    this.#say("");
    this.dialog.showModal();
    this.form.elements.text.focus();
  }

  #say(text) {
    this.form.querySelector("[data-ask-said]").textContent = text;
  }

  async #send() {
    const { texts } = this.data;
    const [kind, text] = [this.form.elements.kind.value, this.form.elements.text.value.trim()];
    if (kind === "question" && !text) this.#say(texts.ask_write);
    if (this.#sending || (kind === "question" && !text)) return;
    this.#sending = true;
    this.#say("");
    const assignment = this.#about;
    const answer = await this.api.call("POST", `/assignments/${assignment}/questions`, { kind, text }).catch(() => null);
    this.#sending = false;
    if (answer?.status === 201) this.#sent({ question: answer.data.question, assignment, kind, text, answers: [] });
    else this.#say(answer?.data.message ?? texts.ask_not_sent);
  }

  #sent(asked) {
    this.mine = [asked, ...this.mine.filter((one) => one.question !== asked.question)];
    this.dialog.close();
    this.form.reset();
    this.notices.say(this.data.texts.ask_sent);
    this.#show();
  }

  // --- what was answered ---------------------------------------------------------------------------

  async #lookAgain() {
    if (document.hidden || this.mine.every((one) => one.answers.length)) return;
    const answer = await this.api.call("GET", "/me/questions?limit=50").catch(() => null);
    if (answer?.status !== 200) return;
    const open = new Set(this.mine.filter((one) => !one.answers.length).map((one) => one.question));
    this.mine = answer.data.items.filter((one) => one.project === this.data.project);
    for (const one of this.mine) if (open.has(one.question) && one.answers.length) this.#tell(one);
    this.#show();
  }

  #tell({ assignment, query }) {
    if (assignment !== this.desk.current?.assignment) this.notices.say(fill(this.data.texts.ask_answered, { query }));
  }

  #show() {
    const here = this.mine.filter((one) => one.assignment === this.desk.current?.assignment);
    this.beside.hidden = !here.length;
    this.beside.replaceChildren(...(here.length ? [element("h2", "", this.data.texts.asked_here)] : []), ...here.map((one) => this.#entry(one)));
  }

  #entry(asked) {
    const box = element("div", "wb-asked-one");
    const kind = this.form.querySelector(`[name="kind"][value="${asked.kind}"]`).parentElement.textContent.trim();
    box.append(element("p", "wb-asked-head", kind));
    if (asked.text) box.append(said(asked.text));
    for (const answer of asked.answers) {
      const reply = element("div", "wb-reply");
      reply.append(element("p", "wb-asked-head", this.data.texts.ask_answer), said(answer.text));
      box.append(reply);
    }
    if (!asked.answers.length) box.append(element("p", "wb-quiet", this.data.texts.ask_waiting));
    if (asked.answers.some((answer) => !answer.read)) box.append(this.#readButton(asked));
    return box;
  }

  #readButton(asked) {
    const button = element("button", "btn btn-sm", this.data.texts.ask_read);
    button.type = "button";
    button.addEventListener("click", async () => {
      const answer = await this.api.call("POST", `/me/questions/${asked.question}/read`).catch(() => null);
      if (answer?.status !== 200) return;
      for (const each of asked.answers) each.read = true;
      this.#show();
      headingOf(this.shell).focus({ preventScroll: true });
    });
    return button;
  }
}

function said(text) {
  const words = element("p", "wb-said", text);
  words.dir = "auto";
  return words;
}

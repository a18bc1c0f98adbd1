// Answers on their way: kept in this browser first, sent one after the other, forgotten when the
// server has spoken. A lost connection, a reload or a crash in between loses nothing; the
// idempotency key makes a second sending harmless.
//
// The newest answer is held back for a moment, so that it can be taken back. It goes when the next
// one is given, when its time is over, or when the page goes away.

import { newKey } from "./api.js";
import { forget, keep, names, recall } from "./store.js";

const WAITS = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1000);
// Another page's answer is left to it a little longer than its time, then sent from here: that page
// is gone. A time further ahead than any is the work of a clock that was set.
const GRACE = 2_000;
const LONGEST_HOLD = 60_000;

export class Outbox {
  #sending = false;
  #run = null; // the sending that is under way, or the last one
  #failures = 0;
  #timer = 0;
  #used = false;
  #signedOut = false;
  #held = "";
  #holdTimer = 0;

  constructor({ user, project, api, onState, onAnswer }) {
    this.project = project;
    this.prefix = `touchstone:outbox:${user}:`;
    this.api = api;
    this.onState = onState;
    this.onAnswer = onAnswer;
    window.addEventListener("online", () => this.flush());
  }

  // The task travels along as it was shown, so that a refusal can name it and ask again. `hold` is
  // how many milliseconds the answer can be taken back; `draft` is what was half answered then.
  add(kind, task, content, { hold = 0, draft = null } = {}) {
    this.#let();
    const key = newKey();
    const at = Date.now();
    keep(this.prefix + key, { key, kind, project: this.project, task, content, draft, at, heldUntil: hold > 0 ? at + hold : 0 });
    if (hold > 0) {
      this.#held = key;
      this.#holdTimer = setTimeout(() => this.release(), hold);
    }
    this.#used = true;
    this.flush();
  }

  entries() {
    const found = names(this.prefix).map((name) => recall(name)).filter(Boolean);
    return found.sort((a, b) => a.at - b.at);
  }

  // --- holding back --------------------------------------------------------------------------------

  get canTakeBack() {
    return this.#held !== "";
  }

  // The newest answer, which will not be sent; null when it is on its way.
  takeBack() {
    const entry = this.#held && recall(this.prefix + this.#held);
    if (!entry || Date.now() > entry.heldUntil) {
      this.release();
      return null;
    }
    clearTimeout(this.#holdTimer);
    this.#held = "";
    forget(this.prefix + entry.key);
    this.#report();
    return entry;
  }

  release() {
    if (this.#let()) this.flush();
  }

  // For a page that goes away: it stays here as well until an answer is read.
  leave() {
    const entry = this.#let();
    if (entry) this.#send(entry, { keepalive: true }).catch(() => {});
  }

  #let() {
    clearTimeout(this.#holdTimer);
    const entry = this.#held && recall(this.prefix + this.#held);
    this.#held = "";
    if (!entry) return null;
    keep(this.prefix + entry.key, { ...entry, heldUntil: 0 });
    return entry;
  }

  #isHeld({ key, heldUntil = 0 }) {
    if (key === this.#held) return true;
    const left = heldUntil + GRACE - Date.now();
    return left > 0 && left <= LONGEST_HOLD + GRACE;
  }

  // --- sending -------------------------------------------------------------------------------------

  #next() {
    return this.entries().find((entry) => !this.#isHeld(entry));
  }

  // Resolves when all is sent that can be for now.
  flush() {
    clearTimeout(this.#timer);
    if (!this.#sending) this.#run = this.#sendAll();
    return this.#run;
  }

  async #sendAll() {
    this.#sending = true;
    try {
      for (let entry = this.#next(); entry; entry = this.#next()) {
        this.#report();
        if (!(await this.#settle(entry))) return;
      }
      if (this.entries().some((entry) => entry.key !== this.#held)) this.#timer = setTimeout(() => this.flush(), GRACE);
    } finally {
      this.#sending = false;
      this.#report();
    }
  }

  // True when the entry is done with, whatever the answer was.
  async #settle(entry) {
    const answer = await this.#send(entry).catch(() => null);
    this.#signedOut = answer?.status === 401;
    if (!answer || isPassing(answer.status)) {
      this.#tryLater();
      return false;
    }
    this.#failures = 0;
    forget(this.prefix + entry.key);
    this.onAnswer(entry, answer);
    return true;
  }

  #send({ kind, key, task, content }, options = {}) {
    const held = { lease: task.lease };
    if (kind === "skip") {
      return this.api.call("POST", `/assignments/${task.assignment}/skip`, { ...held, ...content }, options);
    }
    return this.api.call("POST", "/judgments", { ...held, assignment: task.assignment, ...content }, { key, ...options });
  }

  #tryLater() {
    const wait = WAITS[Math.min(this.#failures, WAITS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => this.flush(), wait);
  }

  #report() {
    const n = this.entries().length;
    if (n) this.#used = true;
    this.onState(this.#state(n), n);
  }

  #state(n) {
    if (this.#signedOut && n) return "sign_in";
    if (n && this.#failures) return "waiting";
    if (n && this.#next()) return "saving";
    if (n) return "held";
    return this.#used ? "saved" : "ready";
  }
}

// Signed out, an old token, too many calls, the server's own trouble: none says no to the answer.
function isPassing(status) {
  return [401, 403, 408, 425, 429].includes(status) || status >= 500;
}

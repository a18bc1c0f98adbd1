// Answers on their way: kept in this browser first, sent one after the other, forgotten when the
// server has spoken. A lost connection, a reload or a crash in between loses nothing; the
// idempotency key makes a second sending harmless.

import { newKey } from "./api.js";
import { forget, keep, names, recall } from "./store.js";

const WAITS = [1, 2, 4, 8, 15, 30].map((seconds) => seconds * 1000);

export class Outbox {
  #sending = false;
  #failures = 0;
  #timer = 0;
  #used = false;
  #signedOut = false;

  constructor({ user, api, onState, onAnswer }) {
    this.prefix = `touchstone:outbox:${user}:`;
    this.api = api;
    this.onState = onState;
    this.onAnswer = onAnswer;
    window.addEventListener("online", () => this.flush());
  }

  // The task travels along as it was shown, so that a refusal can name it and ask again.
  add(kind, task, content) {
    const key = newKey();
    keep(this.prefix + key, { key, kind, task, content, at: Date.now() });
    this.#used = true;
    this.flush();
  }

  entries() {
    const found = names(this.prefix).map((name) => recall(name)).filter(Boolean);
    return found.sort((a, b) => a.at - b.at);
  }

  async flush() {
    clearTimeout(this.#timer);
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (let entry = this.entries()[0]; entry; entry = this.entries()[0]) {
        this.#report();
        if (!(await this.#settle(entry))) return;
      }
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

  #send({ kind, key, task, content }) {
    const held = { lease: task.lease };
    if (kind === "skip") {
      return this.api.call("POST", `/assignments/${task.assignment}/skip`, { ...held, ...content });
    }
    return this.api.call("POST", "/judgments", { ...held, assignment: task.assignment, ...content }, { key });
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
    if (n) return "saving";
    return this.#used ? "saved" : "ready";
  }
}

// Signed out, an old token, too many calls, the server's own trouble: none says no to the answer.
function isPassing(status) {
  return [401, 403, 408, 425, 429].includes(status) || status >= 500;
}

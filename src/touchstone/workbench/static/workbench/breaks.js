// Offers a break after long work. Nothing stops: who goes on is asked again a little later. The
// limits for harmful content are the server's and have nothing to do with this.

import { keep, recall } from "./store.js";

export const BREAK = 5 * 60_000;
const LATER = 10 * 60_000;
const KEEP_EVERY = 15_000;

export class Breaks {
  #last = Date.now();
  #kept = Date.now();
  #isOffered = false;

  constructor({ user, clock, after, onOffer }) {
    this.name = `touchstone:worked:${user}`;
    this.clock = clock;
    this.after = after;
    this.onOffer = onOffer;
    const { worked = 0, due = after, at = 0 } = recall(this.name) ?? {};
    const goesOn = Date.now() - at < BREAK;
    this.worked = goesOn ? worked : 0;
    this.due = goesOn ? due : after;
  }

  // Every second or so. Who was away for the length of a break has had one.
  tick() {
    const now = Date.now();
    const passed = Math.max(0, Math.min(now - this.#last, KEEP_EVERY));
    this.#last = now;
    if (this.clock.idle >= BREAK) this.startAgain();
    else if (!this.clock.isPaused) this.worked += passed;
    if (now - this.#kept >= KEEP_EVERY) this.keep();
    if (this.worked < this.due || this.#isOffered) return;
    this.#isOffered = true;
    this.onOffer();
  }

  later() {
    this.#isOffered = false;
    this.due = this.worked + LATER;
    this.keep();
  }

  startAgain() {
    this.#isOffered = false;
    this.worked = 0;
    this.due = this.after;
  }

  keep() {
    this.#kept = Date.now();
    keep(this.name, { worked: this.worked, due: this.due, at: this.#kept });
  }
}

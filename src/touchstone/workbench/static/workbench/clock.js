// Time spent on a task: a pause of more than a minute counts as a minute, a hidden page as nothing.

const PAUSE = 60_000;
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "touchstart"];

export class ActiveTime {
  #total = 0;
  #last = performance.now();

  constructor() {
    for (const sign of SIGNS) {
      window.addEventListener(sign, () => this.mark(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.#turned());
  }

  // Milliseconds since the person last did anything.
  get idle() {
    return performance.now() - this.#last;
  }

  get isPaused() {
    return document.hidden || this.idle > PAUSE;
  }

  mark() {
    const now = performance.now();
    if (!document.hidden) this.#total += Math.min(now - this.#last, PAUSE);
    this.#last = now;
  }

  #turned() {
    const now = performance.now();
    // Hidden just now: what was before counts. Shown again: what was between does not.
    if (document.hidden) this.#total += Math.min(now - this.#last, PAUSE);
    this.#last = now;
  }

  start(seconds = 0) {
    this.#total = seconds * 1000;
    this.#last = performance.now();
  }

  seconds() {
    const open = document.hidden ? 0 : Math.min(this.idle, PAUSE);
    return Math.round((this.#total + open) / 100) / 10;
  }
}

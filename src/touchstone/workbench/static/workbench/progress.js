// How much is done, and how long this task has taken: the time stands still when nobody is there.

import { fill } from "./notices.js";

export class Progress {
  #session = 0;

  constructor({ line, timer }, { texts, language, doneToday }, clock) {
    this.line = line;
    this.timer = timer;
    this.texts = texts;
    this.today = doneToday;
    this.clock = clock;
    this.numbers = new Intl.NumberFormat(`${language}-u-nu-latn`);
    this.add(0);
  }

  // -1 for an answer that was taken back.
  add(n) {
    this.#session += n;
    this.line.textContent = fill(this.texts.session, {
      n: this.numbers.format(this.#session),
      today: this.numbers.format(this.today + this.#session),
    });
  }

  tick(isShown) {
    this.timer.hidden = !isShown;
    if (!isShown) return;
    const seconds = Math.floor(this.clock.seconds());
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    const { isPaused } = this.clock;
    this.timer.toggleAttribute("data-paused", isPaused);
    this.timer.textContent = isPaused ? fill(this.texts.paused, { time }) : time;
  }
}

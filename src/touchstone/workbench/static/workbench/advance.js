// Going on by itself, for those who want it: a moment after the last choice of a screen the next
// one opens. Where one choice is the whole answer it is sent; it can be undone.

const MOMENT = 350;

export class AutoAdvance {
  #timer = 0;
  #byArrow = false; // who moves among the choices has not chosen yet

  constructor(panel, submit, isOn) {
    this.isOn = isOn;
    panel.onComplete = () => this.#soon(panel, submit);
    // Whatever is done meanwhile says that somebody is not done yet.
    for (const sign of ["keydown", "pointerdown"]) window.addEventListener(sign, (event) => this.#wait(event), { capture: true });
  }

  #wait({ key = "" }) {
    clearTimeout(this.#timer);
    this.#byArrow = key.startsWith("Arrow");
  }

  #soon(panel, submit) {
    clearTimeout(this.#timer);
    if (this.isOn && !this.#byArrow && (panel.asksOnce || !panel.isLast)) this.#timer = setTimeout(submit, MOMENT);
  }
}

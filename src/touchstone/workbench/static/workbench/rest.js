// What stands in the place of a task when none comes: why, and what can be done about it.

import { fill } from "./notices.js";

const STOPS = {
  loading: "loading",
  offline: "no_connection",
  nothing: "nothing_left",
  guideline_unread: "guideline_unread",
  qualification_needed: "qualification_needed",
  not_open_for_work: "not_open",
  too_many_leases: "too_many",
  unauthenticated: "sign_in",
  not_found: "no_access",
  not_allowed: "no_access",
  other_tab: "other_tab",
  consent_needed: "consent_needed",
  topic_declined: "topic_declined",
};
const NOT_AGAIN = ["loading", "guideline_unread", "other_tab", "consent_needed", "qualification_needed"];

export class Rest {
  constructor(root, { texts, language, timeZone }) {
    this.root = root;
    this.texts = texts;
    const tag = `${language}-u-nu-latn`;
    this.numbers = new Intl.NumberFormat(tag);
    this.moments = new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short", timeZone });
    this.times = new Intl.DateTimeFormat(tag, { timeStyle: "short", timeZone });
  }

  show(code, { n = 0, details = {}, until = 0 } = {}) {
    this.root.hidden = false;
    const heading = this.#find("[data-rest-text]");
    heading.textContent = this.#text(code, n, details, until);
    this.#find("[data-read]").hidden = code !== "guideline_unread";
    this.#find("[data-again]").hidden = NOT_AGAIN.includes(code) || code === "break";
    this.#find("[data-resume]").hidden = code !== "break";
    this.#find("[data-consent]").hidden = code !== "consent_needed";
    this.#find("[data-limits]").hidden = !["exposure_limit", "topic_declined"].includes(code);
    if (code !== "loading") heading.focus({ preventScroll: true });
  }

  hide() {
    this.root.hidden = true;
  }

  get canGoOn() {
    return !this.root.hidden && !(this.#find("[data-again]").hidden && this.#find("[data-resume]").hidden);
  }

  #find(selector) {
    return this.root.querySelector(selector);
  }

  #text(code, n, { rule, again_at }, until) {
    const { texts } = this;
    if (code === "break") return fill(texts.on_break, { when: this.times.format(until) });
    if (code !== "exposure_limit") return fill(texts[STOPS[code] ?? "no_connection"], { n: this.numbers.format(n) });
    return fill(texts[`limit_${rule}`] ?? texts.limit_daily, { when: this.moments.format(Date.parse(again_at)) });
  }
}

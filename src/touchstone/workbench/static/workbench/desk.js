// From task to task: shows one, takes its answer, has the next one ready, and brings the last back.

import { headingOf, showItem } from "./item.js";

const LOOK_AGAIN = 5_000;
// An answer whose lease is about to end is not held back.
const LEASE_MARGIN = 5_000;

export class Desk {
  #lookTimer = 0;
  #breakAt = null; // seconds on the task when a break began

  constructor({ data, shell, rest, panel, queue, outbox, clock, drafts, progress, onDraft }) {
    Object.assign(this, { data, shell, rest, panel, queue, outbox, clock, drafts, progress, onDraft });
    this.current = null;
    this.ahead = Date.parse(data.now) - Date.now(); // of the server's clock
  }

  get isAtTask() {
    return !this.shell.hidden;
  }

  // Whether a task is on the screen or its answer on the way.
  knows(assignment) {
    const pending = this.outbox.entries().some((entry) => entry.task.assignment === assignment);
    return pending || this.current?.assignment === assignment;
  }

  begin() {
    const held = this.data.tasks.filter((task) => !this.knows(task.assignment));
    this.queue.waiting = this.drafts.inOrder(held);
    const first = this.queue.take();
    if (first) this.show(first);
    else this.next();
  }

  show(task, draft = this.drafts.of(task)) {
    this.current = task;
    this.#breakAt = null;
    clearTimeout(this.#lookTimer);
    showItem(this.shell, task, this.data);
    this.#linkOut(task);
    this.panel.reset(draft?.answers, task);
    this.clock.start(draft?.seconds);
    this.#toTask();
    this.keepDraft({ isTold: Boolean(draft) });
    this.shell.dispatchEvent(new Event("task"));
    if (this.queue.isLow) this.queue.refill();
  }

  #linkOut(task) {
    const link = this.shell.querySelector("[data-research]");
    if (!link) return;
    const known = { query: task.query, language: task.locale.split("-")[0] };
    link.href = this.data.research.replace(/\{(query|language)\}/g, (_, name) => encodeURIComponent(known[name]));
  }

  #toTask() {
    this.shell.hidden = false;
    this.rest.hide();
    window.scrollTo(0, 0);
    headingOf(this.shell).focus({ preventScroll: true });
  }

  async next() {
    if (this.current) this.drafts.forget(this.current);
    const task = this.queue.take();
    if (task) {
      this.show(task);
      return;
    }
    this.current = null;
    this.pause("loading");
    const code = await this.queue.refill();
    if (this.current) return;
    if (this.queue.waiting.length) this.show(this.queue.take());
    else this.#stopped(code);
  }

  pause(code, more = {}) {
    this.shell.hidden = true;
    this.rest.show(code, { n: this.outbox.entries().length, details: this.queue.details, ...more });
  }

  #stopped(code) {
    this.pause(code);
    if (code === "offline") this.#lookTimer = setTimeout(() => this.next(), LOOK_AGAIN);
  }

  keepDraft({ isTold = true } = {}) {
    if (!this.current) return;
    const kept = this.drafts.keep(this.current, { answers: this.panel.draft(), seconds: this.clock.seconds() });
    this.onDraft(kept && isTold);
  }

  // --- answers ---------------------------------------------------------------------------------------

  submit() {
    const answers = this.current && this.panel.answers();
    if (!answers) return;
    this.#send("judgment", { answers, seconds: this.clock.seconds() });
    this.progress.add(1);
    this.next();
  }

  skip(reason = "") {
    if (!this.current) return;
    this.#send("skip", { reason, seconds: this.clock.seconds() }, this.panel.draft());
    this.next();
  }

  #send(kind, content, draft = null) {
    const left = Date.parse(this.current.leased_until) - this.ahead - Date.now() - LEASE_MARGIN;
    const hold = content.reason === "harmful" ? 0 : Math.min(this.data.undoSeconds * 1000, left);
    this.outbox.add(kind, this.current, content, { hold, draft });
  }

  // The last answer comes back as it was given, what was skipped as far as it was answered; the task
  // on the screen waits with what was begun.
  undo() {
    const entry = this.outbox.takeBack();
    if (!entry) return false;
    const { task, kind, content, draft } = entry;
    if (kind === "judgment") this.progress.add(-1);
    if (this.current) {
      this.keepDraft();
      this.queue.putBack(this.current);
    }
    this.show(task, { answers: draft ?? (content.answers && { ...content.answers, screen: Infinity }), seconds: content.seconds });
    return true;
  }

  // The server wants another answer. The lease still holds, so the task can be asked once more.
  askAgain(task) {
    this.queue.putBack(task);
    if (!this.current) this.next();
  }

  // --- time ------------------------------------------------------------------------------------------

  takeBreak(until) {
    this.outbox.release();
    this.#breakAt = this.clock.seconds();
    this.pause("break", { until });
  }

  // Out of a break back to the task, or once more to the queue.
  goOn() {
    if (!this.current || this.#breakAt === null) {
      this.#breakAt = null;
      this.next();
      return;
    }
    this.clock.start(this.#breakAt);
    this.#breakAt = null;
    this.#toTask();
  }

  // What is harmful leaves the screen when its time is over, half answered or not: a limit is
  // reached or the line is down.
  watchTheTime() {
    const now = Date.now() + this.ahead;
    const isOver = (task) => Date.parse(task.leased_until) <= now;
    if (!this.current || !isOver(this.current)) return;
    this.queue.waiting = this.queue.waiting.filter((task) => !isOver(task));
    if (this.#breakAt === null) this.next();
    else this.current = null;
  }
}

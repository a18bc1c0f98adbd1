// What is half answered, kept in this browser task by task: a reload, a sign-out or a crash of the
// page brings it back.

import { forget, keep, names, recall } from "./store.js";

export class Drafts {
  constructor({ user, project }) {
    this.prefix = `touchstone:draft:${user}:${project}:`;
  }

  // True when it will outlive the page.
  keep({ assignment }, { answers, seconds }) {
    return keep(this.prefix + assignment, { assignment, answers, seconds, at: Date.now() });
  }

  of({ assignment }) {
    return recall(this.prefix + assignment);
  }

  forget({ assignment }) {
    forget(this.prefix + assignment);
  }

  // The tasks with what was worked on last in front; drafts of tasks that are no longer in hand go.
  inOrder(tasks) {
    const held = new Set(tasks.map((task) => this.prefix + task.assignment));
    for (const name of names(this.prefix)) if (!held.has(name)) forget(name);
    const touched = (task) => this.of(task)?.at ?? 0;
    return [...tasks].sort((a, b) => touched(b) - touched(a));
  }
}

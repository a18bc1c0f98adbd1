// The query is all there is; beside it, what the schema shows of where and how it was asked.

import { facts } from "./parts.js";

export function query(view) {
  return facts(view.shown, view.task.content, view);
}

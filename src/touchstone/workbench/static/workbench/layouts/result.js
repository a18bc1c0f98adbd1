// One result: title, text, address, and whatever else the schema shows.

import { resultParts } from "./parts.js";

export function result(view) {
  return resultParts(view.task.content, view.shown, view);
}

// A question of each kind, all with the same face:
//
//   value()          the answer as it is kept, or null without one
//   draft()          what is there so far, where that differs
//   restore(value)   what a draft held
//   fault(words)     what is missing or wrong, in words, or ""
//   excess(words)    what is wrong already while it is being answered, where there is such a thing
//   press(key)       true when the key did something here
//   clear()          true when there was something to take back
//   focus()
//   reset(task, words)   a new item, where it matters
//
// `takesTurn`: the keys go to it by themselves, needed or not. `isDone`: answered for good, so that
// the turn goes on. `isWritten`: it is written into. `isHalf`: begun, and not left so.

import { choice, multiple } from "./choices.js";
import { ranking } from "./ranking.js";
import { span } from "./span.js";
import { number, text } from "./written.js";

const KINDS = { ordinal: choice, single: choice, boolean: choice, multiple, number, text, span, ranking };

export function fieldOf(node) {
  const field = KINDS[node.dataset.kind](node);
  field.node = node;
  field.key = node.dataset.question ?? "";
  field.isRequired = "required" in node.dataset;
  return field;
}

// A suggestion as it would be offered: a completion goes on from what was typed.

import { directionOf, element, facts, icon, plain, say } from "./parts.js";

const OWN = new Set(["suggestion", "kind"]);

export function suggestion(view) {
  const { task, shown } = view;
  const line = element("p", "wb-suggestion");
  line.append(icon(task.content.kind === "related" ? "arrow-up-right" : "search"), words(task));
  return [line, ...facts(shown.filter((key) => !OWN.has(key)), task.content, view)];
}

function words({ query, content, locale, direction }) {
  const text = plain(content.suggestion ?? "");
  const holder = say(element("span", "wb-suggested"), text, { locale, direction });
  if (content.kind === "related" || !text.toLowerCase().startsWith(query.toLowerCase())) return holder;
  const whole = element("bdi");
  whole.dir = directionOf(text, direction);
  whole.append(text.slice(0, query.length), element("b", "", text.slice(query.length)));
  holder.replaceChildren(whole);
  return holder;
}

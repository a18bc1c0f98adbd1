// One's own last answers, to look back at: as they were given, nothing about whether they were right.

import { element } from "./item.js";
import { say } from "./layouts/parts.js";
import { fill } from "./notices.js";

export async function fillHistory(dialog, { api, data, ask }) {
  const { texts } = data;
  const state = dialog.querySelector("[data-history-state]");
  const list = dialog.querySelector("[data-history]");
  state.textContent = texts.loading_answers;
  list.replaceChildren();
  const found = await allOf(api, `/projects/${data.project}/my-judgments`).catch(() => null);
  if (!found) state.textContent = texts.no_answers_now;
  else state.textContent = found.length ? "" : texts.no_answers;
  const asked = (answer) => {
    dialog.close();
    ask(answer.assignment);
  };
  list.replaceChildren(...(found ?? []).map((answer) => entry(answer, data, asked)));
}

async function allOf(api, path) {
  const found = [];
  for (let cursor = ""; cursor !== null;) {
    const { status, data: said } = await api.call("GET", cursor ? `${path}?cursor=${encodeURIComponent(cursor)}` : path);
    if (status !== 200) return null;
    found.push(...said.items);
    cursor = said.next;
  }
  return found;
}

function entry(answer, { texts, language, timeZone }, asked) {
  const row = element("li", "wb-past");
  row.append(say(element("h3", "wb-past-query"), answer.query, answer));
  const words = element("dl", "wb-past-words");
  for (const { question, answer: given } of answer.answers) {
    const pair = element("div");
    pair.append(element("dt", "", question), element("dd", "", given));
    words.append(pair);
  }
  row.append(words);
  if (answer.comment) row.append(element("p", "wb-past-comment", answer.comment));
  const moments = new Intl.DateTimeFormat(`${language}-u-nu-latn`, { dateStyle: "medium", timeStyle: "short", timeZone });
  const facts = [
    moments.format(Date.parse(answer.submitted_at)),
    fill(texts.under_guideline, { version: answer.guideline_version }),
    answer.counts ? texts.counted : texts.kept_only,
  ];
  const line = element("p", "wb-past-facts");
  for (const fact of facts) line.append(line.hasChildNodes() ? " · " : "", element("bdi", "", fact));
  row.append(line, button(texts.ask_about, () => asked(answer)));
  return row;
}

function button(text, act) {
  const made = element("button", "btn btn-sm wb-past-ask", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

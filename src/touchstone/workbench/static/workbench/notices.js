// What the page has to say about an answer that the server did not simply take.

import { element } from "./item.js";

const MOST = 3;

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

export class Notices {
  constructor(list, texts) {
    this.list = list;
    this.texts = texts;
  }

  say(text, level = "info") {
    const box = element("div", `alert alert-${level} ts-alert wb-notice`);
    const words = element("div");
    words.append(element("bdi", "", text));
    box.append(words, this.#closes(box));
    this.list.append(box);
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
  }

  // Something to decide that can wait; each choice is a name and what it does.
  offer(text, choices) {
    const box = element("div", "alert alert-info ts-alert wb-notice wb-offered");
    const row = element("div", "wb-offered-row");
    for (const [name, act] of choices) {
      const button = element("button", "btn btn-sm", name);
      button.type = "button";
      button.addEventListener("click", () => {
        box.remove();
        act();
      });
      row.append(button);
    }
    box.append(element("div", "", text), row);
    this.list.append(box);
  }

  #closes(box) {
    const close = element("button", "btn-close");
    close.type = "button";
    close.setAttribute("aria-label", this.texts.close);
    close.addEventListener("click", () => box.remove());
    return close;
  }

  // True when the task is to be answered once more.
  tell(entry, { status, data: said }) {
    const { texts } = this;
    const { query } = entry.task;
    if (entry.kind === "skip" || status === 200) return false;
    if (status === 202) this.say(fill(said.counts ? texts.late : texts.late_spare, { query }));
    else if (["already_submitted", "idempotency_conflict"].includes(said.code)) this.say(fill(texts.already_submitted, { query }));
    else if (status === 422) this.say(fill(texts.answer_again, { query }), "danger");
    else this.say(fill(texts.refused, { query, reason: said.message ?? status }), "danger");
    return status === 422;
  }
}

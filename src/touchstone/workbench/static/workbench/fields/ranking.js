// An order that somebody made: nothing is in order until it is put there, the best first.

import { contentOf } from "./of.js";
import { shortcut } from "../keys.js";
import { element, icon, key as keyCap, listOf, objectOf, plain, say } from "../layouts/parts.js";

export function ranking(node) {
  return new Ranking(node);
}

class Ranking {
  constructor(node) {
    this.node = node;
    this.ranked = node.querySelector("[data-ranked]");
    this.waiting = node.querySelector("[data-unranked]");
    this.status = node.querySelector("[data-told]");
    node.tabIndex = -1;
    this.ranked.addEventListener("keydown", (event) => this.#keyed(event));
    this.reset(null, {});
  }

  reset(task, { texts }) {
    this.task = task;
    this.texts = texts;
    const found = task ? listOf(contentOf(task, this.node.dataset.of)).map(objectOf) : [];
    this.entries = found.filter((each) => typeof each?.id === "string").map((each, n) => ({
      id: each.id,
      name: plain(each.title ?? each.caption ?? each.text ?? each.id),
      hotkey: this.node.dataset.keys[n] ?? "",
    }));
    this.node.hidden = !this.entries.length && !("required" in this.node.dataset);
    this.order = [];
    this.last = null;
    this.status.textContent = "";
    this.#draw();
  }

  get isDone() {
    return this.entries.length > 0 && this.order.length === this.entries.length;
  }

  value() {
    return this.isDone ? this.order.map((entry) => entry.id) : null;
  }

  draft() {
    return this.order.length ? this.order.map((entry) => entry.id) : null;
  }

  restore(ids) {
    this.order = ids.map((id) => this.entries.find((entry) => entry.id === id)).filter(Boolean);
    this.#draw();
  }

  fault({ texts }) {
    if (!this.entries.length) return texts.nothing_to_rank;
    return this.isDone ? "" : texts.rank_all;
  }

  // Half an order is no answer, not even where none is needed.
  get isHalf() {
    return this.order.length > 0 && !this.isDone;
  }

  // The question itself, so that Enter still means to go on.
  focus() {
    this.node.focus();
  }

  // Backspace takes the last one out.
  clear() {
    if (!this.order.length) return false;
    this.order.pop();
    this.last = this.order.at(-1) ?? null;
    this.#draw();
    return true;
  }

  press(key) {
    if (key === "ArrowUp" || key === "ArrowDown") return this.#shift(this.last, key === "ArrowUp" ? -1 : 1);
    const entry = this.entries.find((one) => one.hotkey === key);
    if (!entry || this.order.includes(entry)) return false;
    this.#place(entry);
    return true;
  }

  #keyed(event) {
    const row = event.target.closest("[data-entry]");
    if (!row || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const entry = this.entries[Number(row.dataset.entry)];
    this.#shift(entry, event.key === "ArrowUp" ? -1 : 1);
    this.ranked.querySelector(`[data-entry="${row.dataset.entry}"] button`)?.focus();
  }

  // The only one left has only one place.
  #place(entry) {
    this.order.push(entry);
    const left = this.entries.filter((one) => !this.order.includes(one));
    if (left.length === 1) this.order.push(left[0]);
    this.last = entry;
    this.#changed();
  }

  #shift(entry, by) {
    const from = this.order.indexOf(entry);
    const to = from + by;
    if (from < 0 || to < 0 || to >= this.order.length) return from >= 0;
    this.order.splice(from, 1);
    this.order.splice(to, 0, entry);
    this.last = entry;
    this.#changed();
    return true;
  }

  #out(entry) {
    this.order = this.order.filter((one) => one !== entry);
    this.last = null;
    this.#changed();
    this.status.textContent = this.texts.unranked.replace("{name}", () => entry.name);
    this.focus();
  }

  #changed() {
    this.#draw();
    const place = this.order.indexOf(this.last) + 1;
    if (place) {
      const said = this.texts.ranked.replace("{place}", place).replace("{all}", this.entries.length);
      this.status.textContent = said.replace("{name}", () => this.last.name);
    }
    this.node.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #draw() {
    this.ranked.replaceChildren(...this.order.map((entry) => this.#row(entry)));
    this.ranked.hidden = !this.order.length;
    const left = this.entries.filter((entry) => !this.order.includes(entry));
    this.waiting.replaceChildren(...left.map((entry) => this.#offer(entry)));
    this.waiting.hidden = !left.length;
  }

  #row(entry) {
    const row = element("li", "wb-rank");
    row.dataset.entry = this.entries.indexOf(entry);
    if (entry === this.last) row.dataset.last = "";
    const place = this.order.indexOf(entry);
    row.append(this.#name(entry));
    for (const [name, text, act, off] of [
      ["arrow-up", this.texts.rank_up, () => this.#shift(entry, -1), place === 0],
      ["arrow-down", this.texts.rank_down, () => this.#shift(entry, 1), place === this.order.length - 1],
      ["x", this.texts.rank_out, () => this.#out(entry), false],
    ]) row.append(this.#button(entry, name, text, act, off));
    return row;
  }

  #button(entry, name, text, act, off) {
    const button = element("button", "btn btn-icon btn-ghost-secondary");
    button.type = "button";
    button.setAttribute("aria-label", text.replace("{name}", () => entry.name));
    button.setAttribute("aria-disabled", String(off));
    button.append(icon(name));
    button.addEventListener("click", () => {
      if (off) return;
      act();
      const row = this.ranked.querySelector(`[data-entry="${this.entries.indexOf(entry)}"]`);
      row?.querySelector(`.ti-${name}`)?.closest("button").focus();
    });
    return button;
  }

  #offer(entry) {
    const button = element("button", "wb-option wb-offer");
    button.type = "button";
    if (entry.hotkey) {
      button.append(keyCap(entry.hotkey));
      button.dataset.shortcut = entry.hotkey;
      button.setAttribute("aria-keyshortcuts", shortcut(entry.hotkey));
    }
    button.append(this.#name(entry));
    button.addEventListener("click", () => {
      this.#place(entry);
      this.focus();
    });
    return button;
  }

  #name(entry) {
    return say(element("span", "wb-rank-name"), entry.name, this.task);
  }
}

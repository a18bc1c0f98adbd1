// Passages marked in a text, each with a tag. Words are selected with the arrow keys or the mouse;
// the key of a tag marks them. Offsets count code points, as the server's do.

import { contentOf } from "./of.js";
import { directionOf, element, icon, plain } from "../layouts/parts.js";

export function span(node) {
  return new Span(node);
}

class Span {
  constructor(node) {
    this.node = node;
    this.box = node.querySelector("[data-span-text]");
    this.list = node.querySelector("[data-marks]");
    this.status = node.querySelector("[data-told]");
    this.tags = [...node.querySelectorAll("[data-tag]")];
    this.reset(null, {});
    for (const button of this.tags) {
      button.addEventListener("click", () => {
        this.#mark(button);
        this.box.focus(); // so that Enter means to go on, not the same mark again
      });
    }
    this.box.addEventListener("keydown", (event) => this.#keyed(event));
    this.box.addEventListener("mousedown", () => { this.hasDrawn = false; });
    this.box.addEventListener("mouseup", () => this.#pointed());
    this.box.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("selectionchange", () => this.#touched());
  }

  reset(task, { texts }) {
    this.task = task;
    this.texts = texts;
    const content = task ? contentOf(task, this.node.dataset.of) : "";
    this.text = typeof content === "string" ? content : plain(content ?? "");
    this.words = words(this.text, task?.locale);
    this.marks = [];
    this.#select(null);
    this.status.textContent = "";
    this.box.hidden = !this.words.length;
    this.node.hidden = !this.words.length && !("required" in this.node.dataset);
    for (const button of this.tags) button.disabled = !this.words.length;
    this.#draw();
  }

  value() {
    if (!this.marks.length) return null;
    return this.marks.map(({ start, end, tag }) => ({ start: this.#points(start), end: this.#points(end), tag }));
  }

  restore(value) {
    const units = this.#units();
    this.marks = value
      .map(({ start, end, tag }) => ({ start: units[start], end: units[end], tag }))
      .filter(({ start, end, tag }) => start < end && this.#tag(tag));
    this.#draw();
  }

  fault({ texts }) {
    if (!this.words.length) return texts.nothing_to_mark;
    return this.marks.length ? "" : texts.mark;
  }

  focus() {
    this.box.focus();
  }

  // Backspace takes back the selection first, then the marks, the last one first.
  clear() {
    const had = Boolean(this.range) || this.marks.length > 0;
    if (this.range) this.#select(null);
    else if (had) this.#unmark(this.latest && this.marks.includes(this.latest) ? this.latest : this.marks.at(-1));
    this.#draw();
    return had;
  }

  press(key, event) {
    if (this.#move(key, event)) return true;
    const button = this.tags.find((one) => one.dataset.hotkey === key);
    if (!button) return false;
    this.#mark(button);
    return true;
  }

  // --- selecting -----------------------------------------------------------------------------------

  #select(range, from = null, to = null) {
    this.range = range;
    [this.from, this.to] = [from, to];
  }

  #keyed(event) {
    if (!this.#move(event.key, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move(key, { shiftKey = false } = {}) {
    const step = this.#step(key);
    if (!step || !this.words.length) return false;
    const last = this.words.length - 1;
    const to = this.to === null ? (step > 0 ? 0 : last) : Math.min(last, Math.max(0, this.to + step));
    const from = shiftKey && this.from !== null ? this.from : to;
    const [first, end] = [Math.min(from, to), Math.max(from, to)];
    this.#select({ start: this.words[first].start, end: this.words[end].end }, from, to);
    this.#draw();
    this.#tell(this.texts.selected, this.range);
    return true;
  }

  #step(key) {
    const forward = directionOf(this.text, this.task?.direction) === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (key === forward) return 1;
    return ["ArrowLeft", "ArrowRight"].includes(key) ? -1 : 0;
  }

  // What the mouse or a finger drew over, to the character.
  #drawn() {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    if (![range.startContainer, range.endContainer].every((place) => this.box.contains(place))) return null;
    const start = this.#offset(range.startContainer, range.startOffset);
    const end = this.#offset(range.endContainer, range.endOffset);
    return trimmed(this.text, { start, end });
  }

  #offset(container, offset) {
    const before = document.createRange();
    before.selectNodeContents(this.box);
    before.setEnd(container, offset);
    return before.toString().length;
  }

  #pointed() {
    const range = this.#drawn();
    if (!range) return;
    this.hasDrawn = true;
    this.#select(range);
    document.getSelection().removeAllRanges();
    this.#draw();
    this.#tell(this.texts.selected, range);
  }

  // A finger's selection has handles, which drawing anew would take away.
  #touched() {
    const range = this.#drawn();
    if (range) this.#select(range);
  }

  // A click that drew over nothing means the word under it; with Shift, all up to there.
  #clicked(event) {
    const word = event.target.closest("[data-word]");
    if (!word || this.hasDrawn) return;
    const to = Number(word.dataset.word);
    const from = event.shiftKey && this.from !== null ? this.from : to;
    const [first, end] = [Math.min(from, to), Math.max(from, to)];
    this.#select({ start: this.words[first].start, end: this.words[end].end }, from, to);
    this.#draw();
  }

  // --- marking -------------------------------------------------------------------------------------

  #mark(button) {
    if (!this.range) {
      this.node.dispatchEvent(new CustomEvent("wb-say", { bubbles: true, detail: this.texts.select_first }));
      return;
    }
    const { start, end } = this.range;
    const tag = button.dataset.tag;
    const same = this.marks.find((mark) => mark.start === start && mark.end === end && mark.tag === tag);
    if (same) this.#unmark(same);
    else {
      this.latest = { start, end, tag };
      const apart = this.marks.filter((mark) => mark.end <= start || mark.start >= end);
      this.marks = [...apart, this.latest].sort((a, b) => a.start - b.start);
      this.#tell(this.texts.marked, this.range, tag);
    }
    this.#select(null, this.from, this.to);
    this.#changed();
  }

  #unmark(mark) {
    this.marks = this.marks.filter((one) => one !== mark);
    this.#tell(this.texts.unmarked, mark);
  }

  #changed() {
    this.#draw();
    this.node.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #tell(text, { start, end }, tag = "") {
    const said = text.replace("{text}", () => this.text.slice(start, end));
    this.status.textContent = said.replace("{tag}", () => this.#tag(tag)?.querySelector("[data-name]").textContent ?? "");
  }

  #tag(tag) {
    return this.tags.find((button) => button.dataset.tag === tag);
  }

  // --- drawing -------------------------------------------------------------------------------------

  #draw() {
    const { box, text, task } = this;
    box.lang = task?.locale ?? "";
    box.dir = directionOf(text, task?.direction ?? "ltr");
    const drawn = [];
    let at = 0;
    this.words.forEach((word, n) => {
      if (at < word.start) drawn.push(...this.#pieces(at, word.start));
      drawn.push(this.#word(word, n));
      at = word.end;
    });
    if (at < text.length) drawn.push(...this.#pieces(at, text.length));
    box.replaceChildren(...drawn);
    const active = this.to === null ? null : box.querySelector(`[data-word="${this.to}"]`);
    if (active) box.setAttribute("aria-activedescendant", active.id);
    else box.removeAttribute("aria-activedescendant");
    active?.scrollIntoView({ block: "nearest" });
    this.#list();
  }

  #word(word, n) {
    const made = element("span", "wb-word");
    made.id = `${this.node.dataset.question}-word-${n}`;
    made.dataset.word = n;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", String(Boolean(this.range && overlap(this.range, word))));
    if (n === this.to) made.dataset.cursor = "";
    made.append(...this.#pieces(word.start, word.end));
    return made;
  }

  // From `start` to `end`, cut wherever a mark or the selection begins or ends.
  #pieces(start, end) {
    const ranges = this.range ? [...this.marks, this.range] : this.marks;
    const cuts = ranges.flatMap((range) => [range.start, range.end]).filter((cut) => cut > start && cut < end);
    const edges = [...new Set([start, ...cuts, end])].sort((a, b) => a - b);
    return edges.slice(1).map((edge, n) => this.#piece({ start: edges[n], end: edge }));
  }

  #piece(piece) {
    const made = element("span", "", this.text.slice(piece.start, piece.end));
    const mark = this.marks.find((one) => overlap(one, piece));
    if (mark) made.dataset.mark = 1 + this.tags.indexOf(this.#tag(mark.tag)) % 6;
    if (this.range && overlap(this.range, piece)) made.dataset.selected = "";
    return made;
  }

  #list() {
    this.list.replaceChildren(...this.marks.map((mark) => {
      const name = this.#tag(mark.tag).querySelector("[data-name]").textContent;
      const words = this.text.slice(mark.start, mark.end);
      const row = element("li");
      const shown = element("bdi", "wb-marked", words);
      shown.lang = this.task.locale;
      shown.dataset.mark = 1 + this.tags.indexOf(this.#tag(mark.tag)) % 6;
      const out = element("button", "btn btn-icon btn-ghost-secondary wb-out");
      out.type = "button";
      const said = this.texts.unmark.replace("{tag}", () => name).replace("{text}", () => words);
      out.setAttribute("aria-label", said);
      out.append(icon("x"));
      out.addEventListener("click", () => {
        this.#unmark(mark);
        this.#changed();
        this.box.focus();
      });
      row.append(shown, element("span", "wb-mark-tag", name), out);
      return row;
    }));
  }

  // --- places in the text --------------------------------------------------------------------------

  #points(unit) {
    return [...this.text.slice(0, unit)].length;
  }

  // Where each code point begins, in the units of this language.
  #units() {
    const places = [0];
    for (const point of this.text) places.push(places.at(-1) + point.length);
    return places;
  }
}

function overlap(a, b) {
  return a.start < b.end && b.start < a.end;
}

function trimmed(text, { start, end }) {
  const words = text.slice(start, end);
  const from = start + words.length - words.trimStart().length;
  const to = end - (words.length - words.trimEnd().length);
  return from < to ? { start: from, end: to } : null;
}

function words(text, locale) {
  if (!Intl.Segmenter) return [...text.matchAll(/\S+/g)].map((word) => ({ start: word.index, end: word.index + word[0].length }));
  const found = new Intl.Segmenter(locale, { granularity: "word" }).segment(text);
  return [...found]
    .filter(({ segment }) => segment.trim())
    .map(({ index, segment }) => ({ start: index, end: index + segment.length }));
}

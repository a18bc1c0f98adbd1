// What layouts are made of: texts in their own language and direction, never read as HTML;
// addresses that are links only where they lead to the web.

import { cap } from "../keys.js";

const PLAIN = new Set(["title", "text", "url", "domain"]);
const WORDLESS = /^[\d\s.,:/-]*$/;

// `view`: the task, the keys shown, the keys of a result within a pair or list, the screen's words.
export function resultParts(content, keys, view, { heading = "h2" } = {}) {
  const shown = keys.filter((key) => filled(content[key]));
  const made = shown.filter((key) => PLAIN.has(key)).map((key) => part(key, content[key], view, heading));
  return [...made, ...facts(shown.filter((key) => !PLAIN.has(key)), content, view)];
}

function part(key, value, view, heading) {
  if (key === "url") return address(value, view);
  if (key === "domain") return foreign(element("p", "wb-domain"), plain(value));
  return say(element(key === "title" ? heading : "p", `wb-${key}`), plain(value), view.task);
}

// Contents that have no shape of their own: their name, then what they hold.
export function facts(keys, content, view) {
  const shown = keys.filter((key) => filled(content[key]));
  if (!shown.length) return [];
  const list = element("dl", "wb-facts");
  for (const key of shown) {
    const row = element("div");
    row.append(factName(key, view), factValue(key, content[key], view));
    list.append(row);
  }
  return [list];
}

function factName(key, { texts }) {
  const known = texts[`fact_${key}`];
  return known ? element("dt", "", known) : foreign(element("dt"), key.replaceAll("_", " "));
}

function factValue(key, value, view) {
  const holder = element("dd");
  const several = listOf(value);
  if (several.length) holder.append(severalOf(several, view));
  else if (key === "published") holder.textContent = date(plain(value), view.language);
  else if (key === "duration") foreign(holder, clock(plain(value)));
  else say(holder, plain(value), view.task);
  return holder;
}

function severalOf(values, view) {
  const list = element("ol", "wb-several");
  for (const value of values) {
    const row = element("li");
    const object = objectOf(value);
    if (object) row.append(...resultParts(object, view.parts, view, { heading: "p" }));
    else say(row, plain(value), view.task);
    list.append(row);
  }
  return list;
}

// 95 → 1:35; what is no number of seconds stays as it was written.
function clock(text) {
  const seconds = Math.round(Number(text));
  if (!text.trim() || !Number.isFinite(seconds) || seconds < 0) return text;
  const minutes = Math.floor(seconds / 60);
  const rest = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

function date(text, language) {
  const found = /^(\d{4})-(\d{2})-(\d{2})(T|$)/.exec(text);
  if (!found) return text;
  const day = new Date(Date.UTC(+found[1], found[2] - 1, +found[3]));
  return new Intl.DateTimeFormat(`${language}-u-nu-latn`, { dateStyle: "long", timeZone: "UTC" }).format(day);
}

// --- values ----------------------------------------------------------------------------------------

export function filled(value) {
  return value !== undefined && value !== null && value !== "";
}

// A table file can hold an object or a list only as its JSON.
export function objectOf(value) {
  const found = read(value, "{");
  return found && typeof found === "object" && !Array.isArray(found) ? found : null;
}

export function listOf(value) {
  const found = read(value, "[");
  return Array.isArray(found) ? found : [];
}

function read(value, opening) {
  if (typeof value !== "string" || !value.trimStart().startsWith(opening)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

export function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function isWeb(value) {
  try {
    return ["http:", "https:"].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}

// --- elements --------------------------------------------------------------------------------------

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function icon(name) {
  const made = element("i", `ti ti-${name}`);
  made.setAttribute("aria-hidden", "true");
  return made;
}

export function key(name, before = "") {
  const made = element("kbd", "", before + cap(name));
  made.dataset.key = name;
  made.dataset.before = before;
  made.setAttribute("aria-hidden", "true");
  return made;
}

export function say(node, text, task) {
  node.lang = task.locale;
  node.dir = task.direction;
  const isolated = element("bdi", "", text);
  isolated.dir = directionOf(text, task.direction);
  node.replaceChildren(isolated);
  return node;
}

// An English title among Arabic ones stands on their side, but reads from left to right.
export function directionOf(text, direction) {
  if (direction !== "rtl" || WORDLESS.test(text)) return direction;
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? "rtl" : "ltr";
}

// Addresses and column names read from left to right, on whichever side they stand.
export function foreign(node, text) {
  const isolated = element("bdi", "", text);
  isolated.dir = "ltr";
  node.append(isolated);
  return node;
}

export function address(value, { texts }, className = "wb-url") {
  const holder = element("p", className);
  const text = plain(value);
  if (isWeb(text)) holder.append(link(text, texts));
  else foreign(holder, text);
  return holder;
}

function link(value, texts) {
  const made = foreign(element("a"), value);
  made.href = value;
  made.target = "_blank";
  made.rel = "noreferrer noopener";
  made.append(element("span", "visually-hidden", ` (${texts.new_window})`));
  return made;
}

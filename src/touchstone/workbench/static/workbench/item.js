// Shows an item: its texts in their own language and direction, never read as HTML.

const PLAIN = new Set(["title", "text", "url", "domain"]);

export function showItem(root, task, { context, language, texts }) {
  root.querySelector("[data-locale]").textContent = localeName(task.locale, language);
  const query = root.querySelector("[data-query]");
  say(query, task.query, task);
  const result = root.querySelector("[data-result]");
  result.replaceChildren(...parts(task, context, texts));
  result.dir = task.direction;
}

function parts(task, context, texts) {
  const shown = context.filter((key) => filled(task.content[key]));
  if (!shown.length) return [element("p", "wb-quiet", texts.no_text)];
  const made = shown.filter((key) => PLAIN.has(key)).map((key) => part(key, task, texts));
  const others = shown.filter((key) => !PLAIN.has(key));
  if (others.length) made.push(facts(others, task));
  return made;
}

function filled(value) {
  return value !== undefined && value !== null && value !== "";
}

function part(key, task, texts) {
  const value = plain(task.content[key]);
  if (key === "url") return address(value, texts);
  if (key === "domain") return foreign(element("p", "wb-domain", value));
  return say(element(key === "title" ? "h2" : "p", `wb-${key}`), value, task);
}

// Columns that the screen has no shape of its own for: their name, then what they hold.
function facts(keys, task) {
  const list = element("dl", "wb-facts");
  for (const key of keys) {
    const row = element("div");
    row.append(foreign(element("dt", "", key.replaceAll("_", " "))), say(element("dd"), plain(task.content[key]), task));
    list.append(row);
  }
  return list;
}

function address(value, texts) {
  const holder = element("p", "wb-url");
  holder.append(isWeb(value) ? link(value, texts) : foreign(element("bdi", "", value)));
  return holder;
}

function link(value, texts) {
  const made = foreign(element("a", "", value));
  made.href = value;
  made.target = "_blank";
  made.rel = "noreferrer noopener";
  made.append(element("span", "visually-hidden", ` (${texts.new_window})`));
  return made;
}

function isWeb(value) {
  try {
    return ["http:", "https:"].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}

function plain(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function say(node, text, task) {
  node.lang = task.locale;
  node.dir = task.direction;
  const isolated = element("bdi", "", text);
  isolated.dir = directionOf(text, task.direction);
  node.replaceChildren(isolated);
  return node;
}

// An English title among Arabic ones stands on their side, but reads from left to right.
function directionOf(text, direction) {
  return direction === "rtl" && !/[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? "ltr" : direction;
}

// Addresses and column names are written from left to right whatever the page is.
function foreign(node) {
  node.dir = "ltr";
  return node;
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function localeName(tag, language) {
  try {
    return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

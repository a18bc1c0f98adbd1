// Which key was meant, on any layout: AZERTY has no digits without Shift, Arabic no Latin letters.
//
// The scripts speak of keys by the names they have unless a person moves them (`x`, `3`, `Enter`).
// What was really pressed is translated here and nowhere else, and so is what the screen shows.

const NAMED = new Set(["Enter", "Backspace", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
const CAPS = { Enter: "⏎", Backspace: "⌫", Space: "␣" };
// What has the focus may want these for itself; and these work even with single keys off.
const NATIVE = new Set(["Enter", "Space"]);
const ALWAYS = new Set(["Enter", "Escape"]);
const OFF = "touchstone:keys-off";

let pressedFor = new Map(); // by what is meant
let meantBy = new Map(); // by what is pressed

// `moved` names what is pressed for each key that is no longer where it was.
export function useKeys(moved = {}) {
  pressedFor = new Map(Object.entries(moved));
  meantBy = new Map([...pressedFor].filter(([, pressed]) => pressed).map(([meant, pressed]) => [pressed, meant]));
}

// "" where the key is not ours: it belongs to what has the focus, or single keys are off.
export function meaning(event) {
  const key = pressedKey(event);
  if (NATIVE.has(key) && takesEnter(event.target)) return "";
  if (!ALWAYS.has(key) && !singleKeysOn()) return "";
  // A key that was moved away means nothing at its old place, unless something else moved there.
  return meantBy.get(key) ?? (pressedFor.has(key) ? "" : key);
}

// Enter in a field submits its form by the browser's own doing: not where submitting has moved.
export function sparesForm({ key, target, isComposing }) {
  return key === "Enter" && !isComposing && pressedFor.has("Enter") && Boolean(target.matches?.("[data-answer] input"));
}

// The key as it was pressed, whatever it stands for; "" for what is no key of ours.
export function pressedKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return "";
  if (event.key === "?" || event.key === "؟") return "?";
  if (event.key === " ") return "Space";
  if (NAMED.has(event.key)) return event.key;
  return digit(event) || letter(event);
}

function digit(event) {
  if (/^[0-9]$/.test(event.key)) return event.key;
  // The number pad without NumLock moves the cursor and must not choose.
  const top = /^Digit([0-9])$/.exec(event.code);
  return top && !event.shiftKey ? top[1] : "";
}

function letter(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(event.code);
  return place && !/^[\x20-\x7e]$/.test(event.key) ? place[1].toLowerCase() : "";
}

// Undo as every program has it; in a text it is the browser's.
export function isUndo(event) {
  const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return ctrl && letter(event) === "z" && !isWriting(event.target);
}

// --- what is on the keys -------------------------------------------------------------------------

// `Shift+v` as well as `v`.
export function shortcut(key) {
  const [letter, ...before] = key.split("+").reverse();
  return [pressedFor.get(letter) ?? letter, ...before].reverse().join("+");
}

export function capOf(pressed) {
  return CAPS[pressed] ?? pressed;
}

export function cap(key) {
  return capOf(shortcut(key));
}

// Puts on every key of a page what is pressed for it.
export function labelKeys(root) {
  for (const node of root.querySelectorAll("kbd[data-key]")) node.textContent = (node.dataset.before ?? "") + cap(node.dataset.key);
  for (const node of root.querySelectorAll("[aria-keyshortcuts]")) {
    node.dataset.shortcut ??= node.getAttribute("aria-keyshortcuts");
    node.setAttribute("aria-keyshortcuts", shortcut(node.dataset.shortcut));
  }
}

// --- whose key it is -----------------------------------------------------------------------------

export function isWriting(target) {
  return target instanceof HTMLTextAreaElement || target.matches?.("input:not([type=radio], [type=checkbox])");
}

// Enter and Space stay with what has the focus where they mean something there.
function takesEnter(target) {
  return isWriting(target) || Boolean(target.closest?.("a, button, summary, input[type=checkbox]"));
}

export function singleKeysOn() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

export function switchSingleKeys(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  } catch {
    // A browser that keeps nothing forgets this too.
  }
}

// Which key was meant, on any layout: AZERTY has no digits without Shift, Arabic no Latin letters.

const NAMED = new Set(["Enter", "Backspace", "Escape", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
const OFF = "touchstone:keys-off";

export function meaning(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return "";
  if (event.key === "?" || event.key === "؟") return "?";
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

export function isWriting(target) {
  return target instanceof HTMLTextAreaElement || target.matches?.("input:not([type=radio], [type=checkbox])");
}

// Enter and Backspace stay with what has the focus where they mean something there.
export function takesEnter(target) {
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

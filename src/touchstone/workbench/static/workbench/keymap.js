// Moving a key: press the button beside what it does, then the key that shall do it. The server
// keeps it with the account, so that it holds on the next machine too.

import { Api } from "./api.js";
import { capOf, labelKeys, pressedKey, useKeys } from "./keys.js";
import { fill } from "./notices.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const { texts } = data;
const api = new Api(data);
const DIGITS = [..."1234567890"];
const USABLE = /^([a-z0-9]|Enter|Backspace|Space)$/;
let listening = null; // the button that waits for a key

export function changeKeys(dialog, opener) {
  opener.hidden = true;
  dialog.querySelector("[data-keys-edit]").hidden = false;
  for (const row of dialog.querySelectorAll("[data-action]")) makeButton(row.querySelector("dt"), row.dataset.action, row.querySelector("dd").textContent.trim());
  const digits = dialog.querySelector("[data-digit-keys]");
  for (const digit of DIGITS) makeButton(digits, digit, fill(texts.key_of_answer, { key: digit }), { keep: true });
  dialog.querySelector("[data-keys-restore]").addEventListener("click", () => save({ ...data.preferences, keys: {} }));
  dialog.addEventListener("cancel", (event) => listening && event.preventDefault());
  dialog.addEventListener("close", () => stop());
  document.addEventListener("keydown", pressed, { capture: true });
  showAll();
  dialog.querySelector("[data-change]").focus();
}

export async function setAdvance(box) {
  if (!(await save({ ...data.preferences, auto_advance: box.checked }))) box.checked = data.preferences.auto_advance;
}

function makeButton(holder, name, what, { keep = false } = {}) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm wb-key";
  button.dataset.change = name;
  button.dataset.what = what;
  button.addEventListener("click", () => (listening === button ? stop() : listen(button)));
  if (!keep) holder.textContent = "";
  holder.append(button);
}

function buttons() {
  return [...document.querySelectorAll("[data-change]")];
}

function say(text, isFault = false) {
  const line = document.querySelector("[data-keys-told]");
  line.textContent = text;
  line.toggleAttribute("data-fault", isFault);
}

// --- what is pressed -----------------------------------------------------------------------------

function listen(button) {
  stop();
  listening = button;
  button.textContent = "…";
  button.setAttribute("aria-pressed", "true");
  say(fill(texts.key_press, { action: button.dataset.what }));
}

function stop() {
  if (!listening) return;
  listening = null;
  say("");
  showAll();
}

function pressed(event) {
  if (!listening || ["Tab", "Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock"].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.key === "Escape") stop();
  else if (!event.repeat) choose(listening, pressedKey(event));
}

function choose(button, key) {
  const name = button.dataset.change;
  const other = buttons().find((one) => one !== button && pressedOf(one.dataset.change) === key);
  if (!USABLE.test(key)) say(texts.key_unusable, true);
  else if (other) say(fill(texts.key_taken, { key: capOf(key), action: other.dataset.what }), true);
  else {
    stop();
    save({ ...data.preferences, keys: { ...data.preferences.keys, [name]: key } });
  }
}

function pressedOf(name) {
  return data.preferences.keys[name] ?? data.preferences.defaults[name];
}

function showAll() {
  for (const button of buttons()) {
    const key = capOf(pressedOf(button.dataset.change));
    button.textContent = key;
    button.removeAttribute("aria-pressed");
    button.setAttribute("aria-label", fill(texts.key_change, { action: button.dataset.what, key }));
  }
}

// --- kept ----------------------------------------------------------------------------------------

// True when the account has it.
async function save({ keys, auto_advance }) {
  say("");
  const answer = await api.call("PUT", "/me/workbench", { keys, auto_advance }).catch(() => null);
  if (answer?.status !== 200) {
    say(answer?.data.message ?? texts.not_kept, true);
    return false;
  }
  data.preferences = answer.data;
  useKeys(answer.data.moved);
  labelKeys(document);
  showAll();
  say(texts.kept_in_account);
  document.dispatchEvent(new CustomEvent("preferences", { detail: { autoAdvance: answer.data.auto_advance } }));
  return true;
}

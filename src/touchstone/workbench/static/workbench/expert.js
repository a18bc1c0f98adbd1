// An expert's screen: one item, one answer, then the server's word. The keys are the annotator's.

import { belongsToDialog, dialogKey, openDialog, wireDialogs } from "./dialogs.js";
import { headingOf, itemKey, showItem } from "./item.js";
import { isWriting, labelKeys, meaning, sparesForm, useKeys } from "./keys.js";
import { Panel } from "./panel.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const shell = document.querySelector("[data-shell]");
const form = document.querySelector("[data-answer]");
const panel = new Panel(form, data);

function pressed(event) {
  const key = event.defaultPrevented ? "" : meaning(event);
  if (sparesForm(event)) event.preventDefault();
  if (key === "Escape" && isWriting(event.target)) headingOf(shell).focus();
  if (!key || isWriting(event.target) || (openDialog() && !belongsToDialog(key))) return;
  if (act(key, event)) event.preventDefault();
}

function act(key, event) {
  if (key === "Enter") {
    if (event.repeat || openDialog()) return false;
    form.requestSubmit();
    return true;
  }
  if (dialogKey(key)) return true;
  if (key === "Backspace") return panel.clear();
  if (event.repeat) return false;
  return panel.press(key, event) || itemKey(shell, key, event);
}

function submitted(event) {
  const answers = panel.answers();
  if (!answers || !fillIn(answers)) event.preventDefault();
}

// The form carries what the server reads: all answers of an audit, the one grade of a decision.
function fillIn(answers) {
  if (form.dataset.expert === "audit") {
    form.elements.answers.value = JSON.stringify(answers);
    return true;
  }
  form.elements.grade.value = Object.values(answers.values)[0];
  if (form.elements.rationale.value.trim()) return true;
  panel.say(data.texts.rationale);
  form.elements.rationale.focus();
  return false;
}

useKeys(data.keys);
wireDialogs();
labelKeys(document);
document.addEventListener("keydown", pressed);
form.addEventListener("submit", submitted);
showItem(shell, data.task, data);
panel.reset(null, data.task);
shell.hidden = false;
headingOf(shell).focus({ preventScroll: true });

// An expert's screen: one item, one answer, then the server's word. The keys are the annotator's.

import { dialogKey, openDialog, wireDialogs } from "./dialogs.js";
import { showItem } from "./item.js";
import { isWriting, meaning, singleKeysOn, takesEnter } from "./keys.js";
import { Panel } from "./panel.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const shell = document.querySelector("[data-shell]");
const form = document.querySelector("[data-answer]");
const query = document.querySelector("[data-query]");
const panel = new Panel(form, data.texts);

function pressed(event) {
  const key = meaning(event);
  if (key === "Escape" && isWriting(event.target)) query.focus();
  if (!key || isWriting(event.target) || (openDialog() && key !== "?")) return;
  if (act(key, event)) event.preventDefault();
}

function act(key, event) {
  if (key === "Enter") {
    if (takesEnter(event.target) || event.repeat || openDialog()) return false;
    form.requestSubmit();
    return true;
  }
  if (!singleKeysOn()) return false;
  if (dialogKey(key)) return true;
  if (key === "Backspace") return panel.clear();
  if (event.repeat) return false;
  if (panel.choose(key)) return true;
  const doing = { x: () => panel.cannotJudge(true, true), c: () => panel.openComment() }[key];
  doing?.();
  return Boolean(doing);
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

wireDialogs();
document.addEventListener("keydown", pressed);
form.addEventListener("submit", submitted);
showItem(shell, data.task, data);
panel.reset();
shell.hidden = false;
query.focus({ preventScroll: true });

// The builder of task types: rows that are added, moved and removed, and the preview beside them.
// The server reads rows in the order in which their markers stand in the page.

import { Preview } from "./task_type_preview.js";

const PAUSE_MS = 300;
const SIDED = new Set(["pair", "lists"]);

const form = document.querySelector("[data-builder]");
const said = form.querySelector("[data-said]");
const words = document.querySelector("[data-words]").dataset;
const samples = JSON.parse(document.getElementById("samples").textContent);
const preview = new Preview(document.querySelector("[data-trial]"));
let made = 0;

// --- rows ------------------------------------------------------------------------------------------

form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("add" in button.dataset) add(nearestBefore(button));
  else if ("move" in button.dataset) move(button, Number(button.dataset.move));
  else if ("remove" in button.dataset) remove(button.closest("[data-row]"));
});

// The list that stands right before its button.
function nearestBefore(button) {
  let node = button;
  while (node && !node.previousElementSibling?.matches("[data-list]")) node = node.parentElement;
  return node.previousElementSibling;
}

function buttonAfter(list) {
  const next = list.nextElementSibling;
  return next.matches("[data-add]") ? next : next.querySelector("[data-add]");
}

function rowsOf(list) {
  return [...list.children].filter((node) => node.matches("[data-row]"));
}

function add(list) {
  const last = rowsOf(list).at(-1);
  list.insertAdjacentHTML("beforeend", htmlOf(list));
  const row = list.lastElementChild;
  if (last) continueScale(list, last, row);
  tidy();
  say(words.added);
  row.querySelector("input:not([type=hidden], [type=radio])")?.focus();
  later();
}

function htmlOf(list) {
  const { prefix, markerName, template } = list.dataset;
  do made += 1; while (document.querySelector(`[data-marker][value="${prefix}${made}"]`));
  const html = document.getElementById(template).innerHTML;
  return html.replaceAll("__prefix__", `${prefix}${made}`).replaceAll("__marker__", markerName);
}

// A scale goes on by one, with the digit of the grade as its key.
function continueScale(list, last, row) {
  if (kindOf(list) !== "ordinal") return;
  const next = Number(valueOf(last).value) + 1;
  if (!valueOf(last).value || !Number.isInteger(next)) return;
  valueOf(row).value = next;
  if (next >= 0 && next <= 9) row.querySelector("[name$='-hotkey']").value = next;
}

function valueOf(row) {
  return row.querySelector("[name$='-value']");
}

function kindOf(list) {
  return list.closest(".ts-question")?.querySelector("[name$='-kind']").value;
}

function move(button, by) {
  const row = button.closest("[data-row]");
  const rows = rowsOf(row.parentElement);
  const other = rows[rows.indexOf(row) + by];
  if (!other) return;
  if (by < 0) other.before(row);
  else other.after(row);
  button.focus();
  say(words.moved);
  later();
}

function remove(row) {
  const list = row.parentElement;
  const after = row.nextElementSibling;
  const near = after ?? row.previousElementSibling;
  row.remove();
  say(words.removed, () => {
    list.insertBefore(row, after?.isConnected ? after : null);
    row.querySelector("input:not([type=hidden])")?.focus();
    later();
  });
  (near?.querySelector("[data-remove]") ?? buttonAfter(list)).focus();
  later();
}

function say(text, undo = null) {
  said.textContent = text;
  if (!undo) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = words.undo;
  button.addEventListener("click", () => { said.textContent = ""; undo(); });
  said.append(" ", button);
}

// --- what belongs to a kind and to a layout ----------------------------------------------------------

function tidy() {
  for (const question of form.querySelectorAll(".ts-question")) {
    const kind = question.querySelector("[name$='-kind']").value;
    for (const part of question.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  }
  const sided = SIDED.has(form.elements.layout.value);
  for (const part of form.querySelectorAll("[data-sided]")) part.hidden = !sided;
}

// Grades are numbers, other values are words: those of the other sort are given up or filled in.
function changeValues(question, kind) {
  const graded = kind === "ordinal";
  question.querySelectorAll("[data-list] [name$='-value']").forEach((input, n) => {
    const isGrade = /^-?\d+$/.test(input.value);
    if (graded && !isGrade) input.value = n;
    else if (!graded && isGrade) input.value = "";
  });
}

// Another layout needs another sample, unless somebody wrote one of their own.
function changeSample() {
  const { sample_query: query, sample_locale: locale, sample_lines: lines } = form.elements;
  const sample = samples[form.elements.layout.value];
  const own = lines.value.trim() && !Object.values(samples).some((each) => sameText(each.sample_lines, lines.value));
  if (!sample || (own && lines.value !== lines.defaultValue)) return;
  query.value = sample.sample_query;
  lines.value = sample.sample_lines;
  if ([...locale.options].some((option) => option.value === sample.sample_locale)) locale.value = sample.sample_locale;
}

function sameText(one, other) {
  return one.trim() === other.replaceAll("\r\n", "\n").trim();
}

// --- the preview -------------------------------------------------------------------------------------

let waiting = 0;
let calls = 0;

function later() {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE_MS);
}

async function show() {
  const call = ++calls;
  try {
    const answer = await fetch(form.dataset.read, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    if (call !== calls) return;
    if (answer.redirected) return preview.say(preview.root.dataset.signedOut);
    const read = await answer.json();
    if (call !== calls) return;
    if (read.fault) preview.say(read.fault);
    else preview.show(read);
  } catch {
    preview.say(preview.root.dataset.offline);
  }
}

form.addEventListener("input", later);
form.addEventListener("change", (event) => {
  if (event.target === form.elements.layout) changeSample();
  if (event.target.name.endsWith("-kind")) changeValues(event.target.closest(".ts-question"), event.target.value);
  tidy();
  later();
});

tidy();
show();
form.querySelector("[data-refused]")?.focus();

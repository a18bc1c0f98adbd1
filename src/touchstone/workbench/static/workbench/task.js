// The task screen: shows one task, takes one answer, and has the next one ready.

import { Api } from "./api.js";
import { ActiveTime } from "./clock.js";
import { dialogKey, openDialog, wireDialogs } from "./dialogs.js";
import { element, headingOf, itemKey, showItem } from "./item.js";
import { isWriting, meaning, singleKeysOn, takesEnter } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Queue } from "./queue.js";
import { forget, keep, recall } from "./store.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const { texts } = data;
const find = (selector) => document.querySelector(selector);
const shell = find("[data-shell]");
const rest = find("[data-rest]");
const draftName = `touchstone:draft:${data.user}:${data.project}`;
const numbers = new Intl.NumberFormat(`${data.language}-u-nu-latn`);
const moments = new Intl.DateTimeFormat(`${data.language}-u-nu-latn`, { dateStyle: "medium", timeStyle: "short", timeZone: data.timeZone });
const ahead = Date.parse(data.now) - Date.now(); // of the server's clock
const QUIET = 10 * 60_000; // nobody is there: let the leases end, so that others get the tasks
const LOOK_AGAIN = 5_000;

let current = null;
let lostTold = false;
let session = 0;
let started = false;
let lookTimer = 0;

const api = new Api(data);
const clock = new ActiveTime();
const outbox = new Outbox({ user: data.user, api, onState: showState, onAnswer: answered });
const queue = new Queue({ api, project: data.project, isKnown });
const panel = new Panel(find("[data-answer]"), data, keepDraft);

function isKnown(assignment) {
  const pending = outbox.entries().some((entry) => entry.task.assignment === assignment);
  return pending || current?.assignment === assignment;
}

// --- from task to task ---------------------------------------------------------------------------

function show(task, draft = null) {
  current = task;
  lostTold = false;
  clearTimeout(lookTimer);
  showItem(shell, task, data);
  panel.reset(draft?.answers, task);
  clock.start(draft?.seconds);
  shell.hidden = false;
  rest.hidden = true;
  window.scrollTo(0, 0);
  headingOf(shell).focus({ preventScroll: true });
  keepDraft();
  if (queue.isLow) queue.refill();
}

async function next() {
  forget(draftName);
  const task = queue.take();
  if (task) {
    show(task);
    return;
  }
  current = null;
  pause("loading");
  const code = await queue.refill();
  if (current) return;
  if (queue.waiting.length) show(queue.take());
  else stopped(code);
}

function submit() {
  const answers = current && panel.answers();
  if (!answers) return;
  outbox.add("judgment", current, { answers, seconds: clock.seconds() });
  session += 1;
  showProgress();
  next();
}

function skip(reason = "") {
  if (!current) return;
  outbox.add("skip", current, { reason, seconds: clock.seconds() });
  next();
}

// What is harmful leaves the screen when its time is over, half answered or not: a limit is reached
// or the line is down.
function watchTheTime() {
  const now = Date.now() + ahead;
  const isOver = (task) => Date.parse(task.leased_until) <= now;
  if (!current || !isOver(current)) return;
  queue.waiting = queue.waiting.filter((task) => !isOver(task));
  next();
}

// Each way in which no task comes, in words, with what can be done about it.
const STOPS = {
  loading: "loading",
  offline: "no_connection",
  nothing: "nothing_left",
  guideline_unread: "guideline_unread",
  qualification_needed: "qualification_needed",
  not_open_for_work: "not_open",
  too_many_leases: "too_many",
  unauthenticated: "sign_in",
  not_found: "no_access",
  not_allowed: "no_access",
  other_tab: "other_tab",
  consent_needed: "consent_needed",
  topic_declined: "topic_declined",
};

function pause(code) {
  shell.hidden = true;
  rest.hidden = false;
  const text = code === "exposure_limit" ? limitText(queue.details) : texts[STOPS[code] ?? "no_connection"];
  const heading = find("[data-rest-text]");
  heading.textContent = text.replace("{n}", numbers.format(outbox.entries().length));
  find("[data-read]").hidden = code !== "guideline_unread";
  find("[data-again]").hidden = ["loading", "guideline_unread", "other_tab", "consent_needed", "qualification_needed"].includes(code);
  find("[data-consent]").hidden = code !== "consent_needed";
  find("[data-limits]").hidden = !["exposure_limit", "topic_declined"].includes(code);
  if (code !== "loading") heading.focus({ preventScroll: true });
}

function limitText({ rule, again_at }) {
  return fill(texts[`limit_${rule}`] ?? texts.limit_daily, { when: moments.format(Date.parse(again_at)) });
}

function stopped(code) {
  pause(code);
  if (code === "offline") lookTimer = setTimeout(next, LOOK_AGAIN);
}

// --- what the server said ------------------------------------------------------------------------

function answered(entry, { status, data: said }) {
  if (entry.kind === "skip" || status === 200) return;
  const query = entry.task.query;
  if (status === 202) notice(fill(said.counts ? texts.late : texts.late_spare, { query }));
  else if (said.code === "already_submitted" || said.code === "idempotency_conflict") {
    notice(fill(texts.already_submitted, { query }));
  } else if (status === 422) {
    // The reservation still holds, so the task can be asked once more.
    queue.waiting.unshift(entry.task);
    notice(fill(texts.answer_again, { query }), "danger");
    if (!current) next();
  } else notice(fill(texts.refused, { query, reason: said.message ?? status }), "danger");
}

function fill(text, values) {
  return Object.entries(values).reduce((whole, [name, value]) => whole.replace(`{${name}}`, value), text);
}

function notice(text, level = "info") {
  const box = element("div", `alert alert-${level} ts-alert wb-notice`);
  const close = element("button", "btn-close");
  close.type = "button";
  close.setAttribute("aria-label", texts.close);
  close.addEventListener("click", () => box.remove());
  const words = element("div");
  words.append(element("bdi", "", text));
  box.append(words, close);
  const list = find("[data-notices]");
  list.append(box);
  while (list.children.length > 3) list.firstElementChild.remove();
}

const ICONS = { ready: "circle-dashed", saving: "cloud-up", saved: "cloud-check", waiting: "cloud-off", sign_in: "lock" };

function showState(state, n) {
  const line = find("[data-state]");
  const text = texts[state].replace("{n}", numbers.format(n));
  if (line.dataset.state === state && line.textContent === text) return;
  line.dataset.state = state;
  const icon = element("i", `ti ti-${ICONS[state]}`);
  icon.setAttribute("aria-hidden", "true");
  const said = element("span", "", text);
  line.replaceChildren(icon, said);
  line.title = text;
  if (state === "sign_in") line.append(signIn());
}

function signIn() {
  const link = element("a", "wb-sign-in");
  link.href = location.pathname;
  link.textContent = "→";
  link.setAttribute("aria-label", texts.sign_in_again);
  return link;
}

function showProgress() {
  find("[data-progress]").textContent = fill(texts.session, {
    n: numbers.format(session),
    today: numbers.format(data.doneToday + session),
  });
}

function keepDraft() {
  if (current) keep(draftName, { assignment: current.assignment, answers: panel.draft(), seconds: clock.seconds() });
}

// --- keys ----------------------------------------------------------------------------------------

function pressed(event) {
  const key = event.defaultPrevented ? "" : meaning(event);
  if (!key) return;
  if (key === "Escape" && isWriting(event.target)) headingOf(shell).focus();
  if (isWriting(event.target) || (openDialog() && !["g", "?"].includes(key))) return;
  if (act(key, event)) event.preventDefault();
}

// True when the key did something here.
function act(key, event) {
  if (key === "Enter") return !takesEnter(event.target) && enter(event);
  if (!singleKeysOn()) return false;
  if (dialogKey(key)) return true;
  if (shell.hidden) return false;
  if (key === "Backspace") return panel.clear();
  if (event.repeat) return false;
  if (panel.press(key, event) || itemKey(shell, key, event)) return true;
  if (key === "s") skip();
  return key === "s";
}

function enter(event) {
  if (event.repeat || openDialog()) return false;
  if (!shell.hidden) submit();
  else if (!find("[data-again]").hidden) next();
  return true;
}

// --- start and end -------------------------------------------------------------------------------

function begin() {
  started = true;
  const draft = recall(draftName);
  const held = data.tasks.filter((task) => !isKnown(task.assignment));
  held.sort((a, b) => (b.assignment === draft?.assignment) - (a.assignment === draft?.assignment));
  queue.waiting = held;
  const first = queue.take();
  if (first) show(first, first.assignment === draft?.assignment ? draft : null);
  else next();
  // What the last page gave back on leaving may still be in the list.
  if (held.length || first) beat();
  setInterval(() => clock.idle < QUIET && beat(), data.beatSeconds * 1000);
}

async function beat() {
  const asked = current;
  const holds = await queue.beat(asked);
  if (!holds && asked === current && !lostTold) {
    lostTold = true;
    notice(texts.lease_lost);
  }
}

// Two tabs would hand out the same tasks twice: the second waits until the first is closed.
function aloneThen(start) {
  if (!navigator.locks) {
    start();
    return;
  }
  const told = setTimeout(() => pause("other_tab"), 1500);
  navigator.locks.request(`touchstone:${data.user}:${data.project}`, () => {
    clearTimeout(told);
    start();
    return new Promise(() => {}); // held as long as the page lives
  });
}

wireDialogs();
showProgress();
outbox.flush();
document.addEventListener("keydown", pressed);
find("[data-answer]").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
find('[data-act="s"]').addEventListener("click", () => skip());
find('[data-act="harmful"]')?.addEventListener("click", () => skip("harmful"));
if (data.harmful) setInterval(watchTheTime, LOOK_AGAIN);
find("[data-again]").addEventListener("click", () => next());
window.addEventListener("online", () => started && !current && next());
window.addEventListener("pagehide", () => {
  keepDraft();
  queue.giveBack();
});
// A page that comes back from memory has given its tasks back.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
aloneThen(begin);

// The task screen: puts its parts together, starts them, and ends them with the page.

import { Api } from "./api.js";
import { AutoAdvance } from "./advance.js";
import { BREAK, Breaks } from "./breaks.js";
import { ActiveTime } from "./clock.js";
import { Desk } from "./desk.js";
import { addDialog, wireDialogs } from "./dialogs.js";
import { Drafts } from "./drafts.js";
import { labelKeys, useKeys } from "./keys.js";
import { Notices } from "./notices.js";
import { Outbox } from "./outbox.js";
import { Panel } from "./panel.js";
import { Progress } from "./progress.js";
import { Queue } from "./queue.js";
import { Rest } from "./rest.js";
import { Shortcuts } from "./shortcuts.js";
import { StateLine } from "./stateline.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const { texts } = data;
const find = (selector) => document.querySelector(selector);
const shell = find("[data-shell]");
const QUIET = 10 * 60_000; // nobody is there: let the leases end, so that others get the tasks
const WATCH = 5_000;
const SECOND = 1_000;
const LAST_WORD = 3_000; // the longest that signing out waits for the answers on their way

let started = false;
let lostTold = null;

// --- the parts -----------------------------------------------------------------------------------

useKeys(data.keys);
const api = new Api(data);
const clock = new ActiveTime();
const drafts = new Drafts(data);
const notices = new Notices(find("[data-notices]"), texts);
const line = new StateLine({ line: find("[data-state]"), undo: find('[data-act="u"]'), draft: find("[data-draft]") }, data);
const progress = new Progress({ line: find("[data-progress]"), timer: find("[data-timer]") }, data, clock);
const rest = new Rest(find("[data-rest]"), data);
const outbox = new Outbox({
  user: data.user,
  project: data.project,
  api,
  onState: (state, n) => line.show(state, n, outbox?.canTakeBack),
  onAnswer: (entry, answer) => notices.tell(entry, answer) && isOfThisDesk(entry) && desk.askAgain(entry.task),
});
const queue = new Queue({ api, project: data.project, isKnown: (assignment) => desk.knows(assignment) });
const panel = new Panel(find("[data-answer]"), data, () => desk.keepDraft());
const desk = new Desk({ data, shell, rest, panel, queue, outbox, clock, drafts, progress, onDraft: (kept) => line.showDraft(kept) });
const advance = new AutoAdvance(panel, () => desk.submit(), data.autoAdvance);
const breaks = new Breaks({ user: data.user, clock, after: data.breakMinutes * 60_000, onOffer: offerBreak });

// What another project's page left behind is sent from here as well, but not asked here.
function isOfThisDesk(entry) {
  return started && entry.project === data.project;
}

// --- what the keys do ----------------------------------------------------------------------------

const anywhere = {
  Enter: () => (desk.isAtTask ? desk.submit() : (rest.canGoOn && desk.goOn())),
  u: () => desk.undo(),
};
const atTask = {
  s: () => desk.skip(),
  k: () => skipHarmful(),
  r: () => research(),
};

function skipHarmful() {
  const isOffered = Boolean(find('[data-act="k"]'));
  if (isOffered) desk.skip("harmful");
  return isOffered;
}

function research() {
  const link = find("[data-research]");
  link?.click();
  return Boolean(link);
}

function offerBreak() {
  const end = () => Date.now() + BREAK;
  notices.offer(texts.break_offer, [
    [texts.break_take, () => { breaks.startAgain(); desk.takeBreak(end()); }],
    [texts.break_later, () => breaks.later()],
  ]);
}

// --- start and end -------------------------------------------------------------------------------

function begin() {
  started = true;
  desk.begin();
  // What the last page gave back on leaving may still be in the list.
  if (data.tasks.length) beat();
  setInterval(() => clock.idle < QUIET && beat(), data.beatSeconds * 1000);
}

async function beat() {
  const asked = desk.current;
  const holds = await queue.beat(asked);
  if (holds || asked !== desk.current || asked === lostTold) return;
  lostTold = asked;
  notices.say(texts.lease_lost);
}

// Two tabs would hand out the same tasks twice: the second waits until the first is closed. What it
// was given when it opened is done by then, so it asks anew.
function aloneThen(start) {
  if (!navigator.locks) {
    start();
    return;
  }
  let waited = false;
  const told = setTimeout(() => {
    waited = true;
    desk.pause("other_tab");
  }, 1500);
  navigator.locks.request(`touchstone:${data.user}:${data.project}`, () => {
    clearTimeout(told);
    if (waited) location.reload();
    else start();
    return new Promise(() => {}); // held as long as the page lives
  });
}

function wireButtons() {
  find("[data-answer]").addEventListener("submit", (event) => {
    event.preventDefault();
    desk.submit();
  });
  find('[data-act="s"]').addEventListener("click", () => desk.skip());
  find('[data-act="k"]')?.addEventListener("click", () => desk.skip("harmful"));
  find('[data-act="u"]').addEventListener("click", () => desk.undo());
  find("[data-sign-out]")?.addEventListener("submit", signOut);
  for (const button of document.querySelectorAll("[data-again], [data-resume]")) button.addEventListener("click", () => desk.goOn());
}

// The page outlives its session by a moment: what it has to send goes before.
async function signOut(event) {
  event.preventDefault();
  desk.keepDraft();
  desk.pause("loading");
  outbox.release();
  const sent = Promise.all([outbox.flush(), queue.giveBack()]);
  await Promise.race([sent, new Promise((resolve) => { setTimeout(resolve, LAST_WORD); })]);
  event.target.submit();
}

function leave() {
  desk.keepDraft();
  breaks.keep();
  outbox.leave();
  queue.giveBack();
}

// Not needed to begin: it comes when the task is on the screen.
const asking = import("./ask.js").then(({ Asking }) => new Asking({ api, data, desk, shell, notices }));

async function showHistory(dialog) {
  const { fillHistory } = await import("./history.js");
  fillHistory(dialog, { api, data, ask: async (assignment) => (await asking).openFor(assignment) });
}

addDialog("h", "wb-history", showHistory);
addDialog("q", "wb-ask", async () => (await asking).open());
wireDialogs();
wireButtons();
labelKeys(document);
new Shortcuts({ desk, panel, shell, anywhere, atTask });
outbox.flush();
if (data.harmful) setInterval(() => desk.watchTheTime(), WATCH);
setInterval(() => {
  progress.tick(desk.isAtTask);
  breaks.tick();
}, SECOND);
document.addEventListener("preferences", ({ detail }) => { advance.isOn = detail.autoAdvance; });
window.addEventListener("online", () => started && !desk.current && desk.next());
// A phone may end a hidden page without a word.
document.addEventListener("visibilitychange", () => document.hidden && outbox.release());
window.addEventListener("pagehide", leave);
// A page that comes back from memory has given its tasks back.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
aloneThen(begin);

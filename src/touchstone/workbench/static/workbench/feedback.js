// A practice example after the answer: the item again, and Enter goes on to the next one.

import { showItem } from "./item.js";

const data = JSON.parse(document.getElementById("wb-data").textContent);
const shell = document.querySelector("[data-shell]");

showItem(shell, data.task, data);
shell.hidden = false;
// The link is described by the feedback, so that a screen reader says what was right.
document.querySelector("[data-go-on]").focus({ preventScroll: true });

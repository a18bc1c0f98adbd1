// A published task type on trial.

import { Preview } from "./task_type_preview.js";

const preview = new Preview(document.querySelector("[data-trial]"));
preview.show(JSON.parse(document.getElementById("trial").textContent));

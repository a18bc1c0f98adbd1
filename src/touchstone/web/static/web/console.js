// What the console's pages need: theme switch, tabs, charts, repeated rows, confirmations.
// Every page works without it, but for the charts, whose figures stand beside them in a table.

const YEAR = 60 * 60 * 24 * 365;

for (const button of document.querySelectorAll("[data-theme-toggle]")) {
  button.addEventListener("click", () => {
    const root = document.documentElement;
    root.dataset.bsTheme = root.dataset.bsTheme === "dark" ? "light" : "dark";
    document.cookie = `theme=${root.dataset.bsTheme}; path=/; max-age=${YEAR}; samesite=lax`;
    document.dispatchEvent(new CustomEvent("themechange"));
  });
}

// On a narrow screen the tabs scroll: the one that is open must not lie out of sight.
for (const tabs of document.querySelectorAll(".ts-tabs")) {
  const here = tabs.querySelector("[aria-current]")?.parentElement;
  if (here) tabs.scrollLeft = here.offsetLeft - (tabs.clientWidth - here.clientWidth) / 2;
}

// A row is added by copying the <template> of its list; the server reads any number of rows.
for (const button of document.querySelectorAll("[data-add-row]")) {
  button.addEventListener("click", () => {
    const list = document.getElementById(button.dataset.addRow);
    const total = document.querySelector(`[name="${list.dataset.prefix}-TOTAL_FORMS"]`);
    const template = document.getElementById(`${list.id}-template`);
    const holder = document.createElement("div");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
    const row = holder.firstElementChild;
    list.append(row);
    total.value = Number(total.value) + 1;
    row.querySelector("input:not([type=hidden]), select")?.focus();
  });
}

// "Remove" marks the row for the server and hides it; without scripts the box itself is there.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-remove-row]")) {
    event.target.closest("[data-row]").hidden = event.target.checked;
  }
});

// A form that reloads its page by GET when a choice changes (filters).
for (const choice of document.querySelectorAll("[data-submit-on-change]")) {
  choice.addEventListener("change", () => choice.form.requestSubmit());
}

// Long work: the button says so, and a second click does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button?.dataset.busy) {
    button.classList.add("btn-loading");
    button.setAttribute("aria-label", button.dataset.busy);
  }
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll(".btn-loading")) button.classList.remove("btn-loading");
});

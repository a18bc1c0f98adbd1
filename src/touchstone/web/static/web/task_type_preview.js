// A task type as an annotator would meet it, in an element of its own: language and theme are its own.
// What is shown is made by the workbench itself.

import { mountPreview } from "../workbench/preview.js";

export class Preview {
  #latest = null; // what is shown, to be shown anew in another language
  #call = null;

  constructor(root) {
    this.root = root;
    this.place = root.querySelector("[data-trial-place]");
    this.fault = root.querySelector("[data-trial-fault]");
    this.language = root.querySelector("[data-trial-language]");
    this.language.addEventListener("change", () => this.#latest && this.show(this.#latest));
    const theme = root.querySelector("[data-trial-theme]");
    theme.addEventListener("click", () => this.#paint(theme, theme.getAttribute("aria-pressed") !== "true"));
    this.#paint(theme, document.documentElement.dataset.bsTheme === "dark");
    document.addEventListener("themechange", () => this.#paint(theme, document.documentElement.dataset.bsTheme === "dark"));
  }

  #paint(button, dark) {
    button.setAttribute("aria-pressed", String(dark));
    this.place.dataset.bsTheme = dark ? "dark" : "light";
  }

  say(text) {
    this.fault.textContent = text;
  }

  // A later call makes an earlier one of no interest.
  async show(sent) {
    this.#latest = sent;
    this.#call?.abort();
    const call = (this.#call = new AbortController());
    const language = this.language.value;
    try {
      const answer = await fetch(this.root.dataset.address, { method: "POST", body: this.#body(sent, language), signal: call.signal });
      if (answer.redirected) return this.say(this.root.dataset.signedOut);
      if (!answer.ok && answer.status !== 422) return this.say(this.root.dataset.offline);
      this.#mount(await answer.text(), language);
    } catch (error) {
      if (error.name !== "AbortError") this.say(this.root.dataset.offline);
    }
    return null;
  }

  #body({ schema, query, locale, content }, language) {
    const token = this.root.querySelector("[name=csrfmiddlewaretoken]").value;
    return new URLSearchParams({
      csrfmiddlewaretoken: token, language, query, locale,
      schema: JSON.stringify(schema), content: JSON.stringify(content),
    });
  }

  #mount(html, language) {
    this.say("");
    this.place.lang = language;
    this.place.dir = this.root.dataset.rtl.split(" ").includes(language) ? "rtl" : "ltr";
    this.place.innerHTML = html;
    const preview = this.place.querySelector("[data-preview]");
    if (preview) mountPreview(preview);
  }
}

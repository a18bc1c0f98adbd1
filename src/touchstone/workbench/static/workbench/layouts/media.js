// An image or clip that may be hard to look at: the text first, the picture covered and not even
// loaded until it is asked for, then blurred and without colour unless the person wants it clear.

import { keep, recall } from "../store.js";
import { element, filled, plain, resultParts } from "./parts.js";
import { clip, fill, image, missing, viewButton } from "./pictures.js";

const WAYS = "touchstone:veil";

export function media(view) {
  const { task, shown } = view;
  const words = resultParts(task.content, shown.filter((key) => !["media", "media_kind"].includes(key)), view);
  return filled(task.content.media) ? [...words, covered(view)] : words;
}

function covered(view) {
  const { task, texts } = view;
  const moving = task.content.media_kind === "video";
  const box = element("div", "wb-veiled");
  const stage = element("div", "wb-stage");
  const button = viewButton();
  const cover = () => {
    stage.replaceChildren(missing("eye-off", moving ? texts.covered_clip : texts.covered_image));
    box.dataset.covered = "";
    fill(button, "eye", texts.show);
  };
  const uncover = () => {
    const url = plain(task.content.media);
    stage.replaceChildren(moving ? clip(url, texts.clip, texts) : image(url, texts.image, texts));
    delete box.dataset.covered;
    fill(button, "eye-off", texts.cover_again);
  };
  button.addEventListener("click", () => ("covered" in box.dataset ? uncover() : cover()));
  const row = element("div", "wb-veil-row");
  row.append(button, ...choices(box, texts));
  box.append(stage, row);
  cover();
  return box;
}

// How it is shown once it is shown; kept for the next one.
function choices(box, texts) {
  const ways = { blurred: true, grey: true, ...recall(WAYS) };
  const apply = () => {
    for (const way of ["blurred", "grey"]) box.toggleAttribute(`data-${way}`, ways[way]);
  };
  apply();
  return ["blurred", "grey"].map((way) => {
    const label = element("label", "form-check wb-way");
    const input = element("input", "form-check-input");
    input.type = "checkbox";
    input.checked = ways[way];
    input.addEventListener("change", () => {
      ways[way] = input.checked;
      keep(WAYS, ways);
      apply();
    });
    label.append(input, element("span", "form-check-label", texts[way]));
    return label;
  });
}

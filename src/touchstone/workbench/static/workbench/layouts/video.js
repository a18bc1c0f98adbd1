// A short video as a result: cover and clip, caption, what is said and written in it.

import { address, element, facts, filled, objectOf, plain, resultParts, say } from "./parts.js";
import { clip, image, playButton } from "./pictures.js";

const SHAPED = new Set(["cover", "clip", "caption", "transcript", "ocr", "title", "text", "url", "domain"]);

export function video(view) {
  return videoParts(view.task.content, view.shown, view);
}

export function isVideo(content) {
  return ["cover", "clip", "caption"].some((key) => filled(content[key]));
}

export function videoParts(content, keys, view, { heading = "h2", n = 0 } = {}) {
  const shown = new Set(keys.filter((key) => filled(content[key])));
  const seen = shown.has("cover") || shown.has("clip") ? [pictures(content, shown, view, n)] : [];
  const words = element("div", "wb-words");
  for (const key of ["title", "caption"]) {
    if (shown.has(key)) words.append(say(element(heading, "wb-title"), plain(content[key]), view.task));
  }
  if (shown.has("text")) words.append(say(element("p", "wb-text"), plain(content.text), view.task));
  words.append(...facts(keys.filter((key) => !SHAPED.has(key)), content, view));
  for (const key of ["transcript", "ocr"]) if (shown.has(key)) words.append(folded(key, content[key], view));
  if (shown.has("url")) words.append(address(content.url, view));
  return words.children.length ? [...seen, words] : seen;
}

function pictures(content, shown, view, n) {
  const { texts } = view;
  const row = element("div", "wb-pictures");
  const cover = shown.has("cover") ? plain(content.cover) : "";
  if (cover) row.append(image(cover, texts.cover, texts));
  if (!shown.has("clip")) return row;
  const moving = clip(content.clip, texts.clip, texts, cover);
  const holder = element("div", "wb-clip-holder");
  holder.append(moving);
  const button = playButton(moving, texts, n);
  if (button) holder.append(button);
  row.append(holder);
  return row;
}

// Long, and not always needed: closed until it is asked for.
function folded(key, value, view) {
  const made = element("details", "wb-folded");
  made.dataset.fold = key;
  made.append(element("summary", "", view.texts[key]), say(element("p", "wb-text"), plain(value), view.task));
  return made;
}

// A result within a pair: whichever of the two it is.
export function eitherParts(value, view, options) {
  const content = objectOf(value);
  if (!content) return filled(value) ? [say(element("p", "wb-text"), plain(value), view.task)] : [];
  if (isVideo(content)) return videoParts(content, view.parts, view, options);
  return resultParts(content, view.parts, view, options);
}

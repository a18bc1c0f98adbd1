// Images and clips from elsewhere: only from the web, telling nobody where they are shown.

import { shortcut } from "../keys.js";
import { element, icon, isWeb, key, plain } from "./parts.js";

export function image(address, name, texts) {
  const url = plain(address);
  if (!isWeb(url)) return missing("photo-off", texts.no_image);
  const made = element("img", "wb-image");
  made.alt = name;
  made.decoding = "async";
  made.referrerPolicy = "no-referrer";
  made.addEventListener("error", () => made.replaceWith(missing("photo-off", texts.no_image)));
  made.src = url;
  return made;
}

// Never starts by itself, never with sound, and loads no more than its length until it is played.
export function clip(address, name, texts, poster = "") {
  const url = plain(address);
  if (!isWeb(url)) return missing("video-off", texts.no_clip);
  const made = element("video", "wb-clip");
  made.controls = true;
  made.muted = true;
  made.defaultMuted = true;
  made.playsInline = true;
  made.preload = "metadata";
  made.setAttribute("aria-label", name);
  if (isWeb(poster)) made.poster = poster;
  made.addEventListener("error", () => made.replaceWith(missing("video-off", texts.no_clip)));
  made.src = url;
  return made;
}

export function missing(name, text) {
  const made = element("p", "wb-missing");
  made.append(icon(name), element("span", "", text));
  return made;
}

// A button that plays and stops a clip; `n` tells which of two the key with Shift is for.
export function playButton(video, texts, n = 0) {
  if (!(video instanceof HTMLVideoElement)) return null;
  const button = viewButton(n);
  const show = () => fill(button, video.paused ? "player-play" : "player-pause", video.paused ? texts.play : texts.pause, n);
  for (const turn of ["play", "pause", "ended"]) video.addEventListener(turn, show);
  button.addEventListener("click", () => (video.paused ? video.play().catch(show) : video.pause()));
  video.addEventListener("error", () => button.remove());
  show();
  return button;
}

export function viewButton(n = 0) {
  const button = element("button", "btn wb-view");
  button.type = "button";
  button.dataset.view = n;
  button.dataset.shortcut = n ? "Shift+v" : "v";
  button.setAttribute("aria-keyshortcuts", n ? `Shift+${shortcut("v")}` : shortcut("v"));
  return button;
}

export function fill(button, name, text, n = 0) {
  button.replaceChildren(icon(name), element("span", "", text), key("v", n ? "⇧" : ""));
}

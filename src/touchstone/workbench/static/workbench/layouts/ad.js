// A search ad as it would look, and beneath it where it leads. What was paid is never here.

import { address, element, facts, filled, foreign, plain, say } from "./parts.js";

const AD = ["advertiser", "display_url", "title", "text"];
const LANDING = ["landing_title", "landing_text", "landing_url"];

export function ad(view) {
  const { task, shown } = view;
  const others = shown.filter((key) => ![...AD, ...LANDING].includes(key));
  const made = [advertisement(view)];
  if (LANDING.some((key) => has(view, key))) made.push(landing(view));
  const list = facts(others, task.content, view);
  for (const each of list) each.classList.add("wb-beside");
  return [...made, ...list];
}

function has({ task, shown }, key) {
  return shown.includes(key) && filled(task.content[key]);
}

function advertisement(view) {
  const { task, texts } = view;
  const card = element("div", "wb-ad card");
  card.dir = task.direction;
  const top = element("p", "wb-ad-top");
  top.append(element("span", "wb-ad-mark", texts.ad_mark));
  if (has(view, "advertiser")) top.append(say(element("span", "wb-advertiser"), plain(task.content.advertiser), task));
  if (has(view, "display_url")) top.append(foreign(element("span", "wb-display-url"), plain(task.content.display_url)));
  card.append(top);
  if (has(view, "title")) card.append(say(element("h2", "wb-title wb-ad-title"), plain(task.content.title), task));
  if (has(view, "text")) card.append(say(element("p", "wb-text"), plain(task.content.text), task));
  return card;
}

function landing(view) {
  const { task, texts } = view;
  const card = element("section", "wb-landing card");
  card.dir = task.direction;
  const name = element("h2", "wb-eyebrow", texts.landing);
  name.id = "wb-landing";
  card.setAttribute("aria-labelledby", name.id);
  card.append(name);
  if (has(view, "landing_title")) card.append(say(element("h3", "wb-title"), plain(task.content.landing_title), task));
  if (has(view, "landing_text")) card.append(say(element("p", "wb-text"), plain(task.content.landing_text), task));
  if (has(view, "landing_url")) card.append(address(task.content.landing_url, view));
  return card;
}

// How does one bubble of a chat look?

import { address, make, t } from "./api.js";

const STATES = new Set(["waiting", "sending"]);
const NUMBER = /[\p{Script=Han}A-Za-z]{1,12}-\d{6}-\d{3,}/gu;

// Ticket numbers that this person may open become links to the ticket's sheet.
export function linked(text, links, open) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(NUMBER)) {
    const number = [...links.keys()].find((known) => found[0].endsWith(known));
    if (!number) continue;
    const at = found.index + found[0].length - number.length;
    // A link, not a button: a button would not wrap with the text around it.
    const link = make("a", "number", number);
    link.href = "#";
    link.addEventListener("click", (event) => {
      event.preventDefault();
      open(links.get(number));
    });
    parts.push(text.slice(from, at), link);
    from = at + number.length;
  }
  parts.push(text.slice(from));
  return parts;
}

export function photo(id, person) {
  const link = make("a", "photo");
  link.href = address(`/photos/${encodeURIComponent(id)}`, person);
  link.target = "_blank";
  link.rel = "noopener";
  const image = make("img");
  image.src = link.href;
  image.alt = t("web.page.photo_alt");
  image.loading = "lazy";
  link.append(image);
  return link;
}

export function recording(one, person) {
  const link = make("a", "", one.name);
  link.href = address(`/photos/${encodeURIComponent(one.id)}`, person);
  return link;
}

function buttons(bubble, press) {
  const row = make("div", "buttons");
  bubble.buttons.forEach((button, index) => {
    const one = make("button", button.pressed ? "choice pressed" : "choice", button.label);
    one.type = "button";
    one.disabled = !button.live;
    // A press by key has no pointer behind it.
    one.addEventListener("click", (event) => press(bubble, index, button.label, event.detail === 0));
    row.append(one);
  });
  return row;
}

// “【新工单】幸福-261123-001｜下水道堵塞” as a card's heading, the rest below it.
function words(bubble, links, open) {
  const [first, ...rest] = bubble.text.split("\n");
  const heading = /^【(.{1,16})】(.*)$/u.exec(first);
  if (bubble.mine || !heading) return [make("p", "words", ...linked(bubble.text, links, open))];
  const head = make("p", "heading", make("b", "tag", heading[1]), ...linked(heading[2], links, open));
  return [head, rest.length ? make("p", "words", ...linked(rest.join("\n"), links, open)) : null];
}

export function draw(bubble, { person, links, open, press, again }) {
  const side = bubble.mine ? "mine" : "theirs";
  const body = make("div", "body", ...(bubble.text ? words(bubble, links, open) : []), ...bubble.photos.map((id) => photo(id, person)));
  if (bubble.preview) {
    const image = make("img", "preview");
    image.src = bubble.preview;
    image.alt = t("web.page.photo_alt");
    body.append(image);
  }
  const item = make("article", `bubble ${side} ${bubble.kind}`, body);
  if (bubble.buttons.length) item.append(buttons(bubble, press));
  if (bubble.state === "failed") {
    const retry = make("button", "retry", `${bubble.problem || t("web.page.failed")} · ${t("web.page.again")}`);
    retry.type = "button";
    retry.addEventListener("click", () => again(bubble));
    item.append(retry);
  } else {
    item.append(make("time", "", STATES.has(bubble.state) ? t(`web.page.${bubble.state}`) : bubble.time));
  }
  item.dataset.id = bubble.id;
  item.tabIndex = -1;
  if (bubble.card) item.dataset.card = bubble.card;
  return item;
}

// What lies on a person's desk, and what is known of one ticket?

import { get, make, t } from "./api.js";
import { photo, recording } from "./bubbles.js";

function row(item, { open, reveal }) {
  const show = make("button", "work", make("span", "kind", item.kind_name), item.urgent ? make("b", "urgent", t("web.page.urgent")) : null);
  show.type = "button";
  show.append(make("span", "number", item.number), make("span", "what", item.matter), make("span", "where", item.place));
  const pill = make("span", "pill", item.state_name);
  pill.dataset.state = item.state;
  show.append(pill, make("span", item.overdue ? "left over" : item.soon ? "left soon" : "left", item.left));
  show.addEventListener("click", () => reveal(item.card) || open(item.ticket));
  const more = make("button", "more", "›");
  more.type = "button";
  more.title = t("web.page.open");
  more.setAttribute("aria-label", t("web.page.open"));
  more.addEventListener("click", () => open(item.ticket));
  return make("li", `line ${item.kind}`, show, more);
}

export class Desk {
  constructor(root, { open, reveal, items = () => {} }) {
    Object.assign(this, { root, open, reveal, items });
  }

  async show(person) {
    this.person = person;
    const { items } = await get("/api/desk", person);
    if (this.person !== person) return items;
    this.items(items);
    // Drawn anew only when it differs: what has the focus keeps it.
    const form = JSON.stringify([person, items]);
    if (form === this.form) return items;
    this.form = form;
    const list = make("ul", "", ...items.map((item) => row(item, { open: (ticket) => this.open(ticket, person), reveal: this.reveal })));
    this.root.replaceChildren(items.length ? list : make("p", "empty", t("web.page.desk_empty")));
    return items;
  }
}

function facts(ticket) {
  const list = make("dl", "facts");
  const lines = { place: ticket.place, grid: ticket.grid, handler: ticket.handler, opened: ticket.opened, due: ticket.due, words: ticket.words, result: ticket.result };
  const names = {
    place: t("web.page.place"), grid: t("web.page.grid"), handler: t("web.page.handler"), opened: t("web.page.opened"),
    due: t("web.page.due"), words: t("web.page.words"), result: t("web.page.result"),
  };
  for (const [name, value] of Object.entries(lines)) if (value) list.append(make("dt", "", names[name]), make("dd", name, value));
  return list;
}

function steps(ticket) {
  const list = make("ol", "steps");
  for (const line of ticket.lines) {
    const step = make("li", "", make("time", "", line.at), make("span", "", line.text), line.note ? make("q", "", line.note) : null);
    step.dataset.kind = line.kind;
    list.append(step);
  }
  return list;
}

// The sheet at the side: who may not see the ticket gets the server's sentence.
export async function openSheet(ticketId, person) {
  const sheet = document.getElementById("sheet");
  const body = sheet.querySelector(".sheet-body");
  const close = make("button", "close", "×");
  close.type = "button";
  close.title = t("web.page.close");
  close.setAttribute("aria-label", t("web.page.close"));
  close.addEventListener("click", () => sheet.close());
  sheet.onclick = (event) => event.target === sheet && sheet.close();
  try {
    const ticket = await get(`/api/tickets/${encodeURIComponent(ticketId)}`, person);
    const pill = make("span", "pill", ticket.status_name);
    pill.dataset.state = ticket.status;
    body.replaceChildren(
      make("header", "", make("div", "", make("small", "", ticket.number), make("h2", "", ticket.matter, pill)), close),
      make("div", "inside", ticket.masked ? make("p", "masked", t("web.page.masked")) : "", facts(ticket)),
    );
    const inside = body.querySelector(".inside");
    if (ticket.photos.length) inside.append(make("h3", "", t("web.page.photos")), make("div", "photos", ...ticket.photos.map((id) => photo(id, person))));
    if (ticket.recordings.length) inside.append(make("h3", "", t("web.page.recordings")), make("p", "recordings", ...ticket.recordings.flatMap((one) => [recording(one, person), " "])));
    inside.append(make("h3", "", t("web.page.history")), steps(ticket));
    inside.append(make("p", ticket.sound ? "sound" : "broken", ticket.sound ? t("web.page.sound") : t("web.page.broken")));
  } catch (problem) {
    body.replaceChildren(make("header", "", make("h2", "", problem.message), close));
  }
  if (!sheet.open) sheet.showModal();
}

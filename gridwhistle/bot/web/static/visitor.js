// The page of a resident, or of a worker whose chat is bound to their record.

import { post, t } from "./api.js";
import { Chat } from "./chat.js";
import { Desk, openSheet } from "./desk.js";

const root = document.querySelector("main");
const panel = document.getElementById("desk");
const examples = [t("web.page.example_1"), t("web.page.example_2"), t("web.page.example_3")];
const chat = new Chat(document.getElementById("visitor"), { examples, changed: () => refresh(), open: openSheet });
const desk = new Desk(panel, {
  open: openSheet,
  reveal: (card) => chat.reveal(card),
  items: (items) => {
    panel.hidden = !items.some((item) => item.kind !== "mine");
    chat.link(items);
  },
});
const refresh = () => desk.show("").catch(() => {});

await post("/api/session", "", {});
chat.show("");
setInterval(refresh, 30_000);

const offer = root.querySelector(".join");
if (root.dataset.join) {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    offer.hidden = true;
    history.replaceState(null, "", "/chat");
    chat.say(`/start ${root.dataset.join}`);
  });
}

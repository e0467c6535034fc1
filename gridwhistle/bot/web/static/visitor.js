// The page of a resident, or of a worker whose chat is bound to their record; also in a frame on the city's site.

import { make, post, t } from "./api.js";
import { Chat } from "./chat.js";
import { Desk, openSheet } from "./desk.js";
import { Frame } from "./frame.js";
import { largePrint } from "./print.js";

const root = document.querySelector("main");
const panel = document.getElementById("desk");
const offer = root.querySelector(".join");
const parents = root.dataset.parents.split(" ").filter(Boolean);
const framed = parents.length > 0;

let open = !framed;
const frame = framed
  ? new Frame(parents, (now) => {
      open = now;
      chat.unread?.opened(open);
    })
  : null;
const chat = new Chat(document.getElementById("visitor"), {
  examples: [t("web.page.example_1"), t("web.page.example_2"), t("web.page.example_3")],
  changed: () => refresh(),
  open: openSheet,
  unread: (count) => frame?.unread(count),
});
const desk = new Desk(panel, {
  open: openSheet,
  reveal: (card) => chat.reveal(card),
  items: (items) => {
    panel.hidden = !items.some((item) => item.kind !== "mine");
    chat.link(items);
  },
});
const refresh = () => desk.show("").catch(() => {});

// A browser that keeps no cookie here would begin another chat with every message.
async function isRemembered() {
  const { new: begun } = await post("/api/session", "", { framed });
  return !begun || !(await post("/api/session", "", { framed })).new;
}

function sendOutside() {
  const link = make("a", "primary", t("web.page.outside"));
  Object.assign(link, { href: "/chat", target: "_blank", rel: "noopener" });
  offer.replaceChildren(make("p", "", t("web.page.no_cookies")), framed ? link : "");
  offer.hidden = false;
}

function offerToJoin() {
  offer.hidden = false;
  offer.querySelector("button").addEventListener("click", () => {
    offer.hidden = true;
    history.replaceState(null, "", "/chat");
    chat.say(`/start ${root.dataset.join}`);
  });
}

largePrint(root.querySelector(".print"));
root.querySelector(".fold")?.addEventListener("click", () => frame.fold());

async function begin() {
  try {
    if (!(await isRemembered())) return sendOutside();
  } catch (problem) {
    chat.notify(t("web.page.offline"));
    setTimeout(begin, 2_500);
    return undefined;
  }
  chat.show("");
  chat.unread.opened(open);
  if (root.dataset.join) offerToJoin();
  setInterval(refresh, 30_000);
  return undefined;
}

begin();

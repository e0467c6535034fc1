// How does a chat on the page come together: what is shown, what is waiting to be sent, and the line to type in?

import { make, t } from "./api.js";
import { draw } from "./bubbles.js";
import { Feed } from "./feed.js";
import { Queue } from "./queue.js";
import { Tray } from "./tray.js";
import { Unread } from "./unread.js";

const NEAR = 120;
const LINES = 120;

export class Chat {
  // `changed` is called whenever the chat has changed; `open` shows a ticket's sheet; `unread` is told a number.
  constructor(root, { examples = [], changed = () => {}, open = () => {}, unread = null }) {
    Object.assign(this, { root, examples, changed, open, counts: unread });
    this.scroll = root.querySelector(".scroll");
    this.notice = root.querySelector(".notice");
    this.aside = root.querySelector(".aside");
    this.newest = root.querySelector(".newest");
    this.form = root.querySelector(".composer");
    this.field = root.querySelector("textarea");
    this.tray = new Tray(this.form, (words) => this.notify(words));
    this.links = new Map();
    this.drawn = new Map();
    this.#listen();
  }

  // Show the chat of a person of the demo, or the visitor's own.
  show(person) {
    // The page comes with its chat; another person's must go at once.
    if (this.feed) this.scroll.replaceChildren();
    for (const one of [this.feed, this.queue, this.unread]) one?.stop();
    Object.assign(this, { person, shown: null, drawn: new Map(), links: new Map() });
    this.notify("");
    this.unread = this.counts ? new Unread(person, this.counts) : null;
    this.queue = new Queue(person, () => this.#draw());
    this.feed = new Feed(person, { change: (news) => this.#take(news), problem: (words) => this.notify(words) });
    if (this.eager) this.#submit();
  }

  link(items) {
    const before = [...this.links.keys()].join();
    this.links = new Map(items.map((item) => [item.number, item.ticket]));
    if ([...this.links.keys()].join() !== before) this.#draw();
  }

  // A pane that was hidden has no height to be scrolled by.
  toEnd() {
    this.scroll.scrollTo({ top: this.scroll.scrollHeight });
  }

  reveal(card) {
    const found = [...this.scroll.querySelectorAll("[data-card]")].filter((item) => item.dataset.card === card).at(-1);
    found?.scrollIntoView({ behavior: "smooth", block: "center" });
    found?.classList.remove("found");
    requestAnimationFrame(() => found?.classList.add("found"));
    return Boolean(found);
  }

  say(text) {
    return this.#send("/api/messages", { text }, { kind: "text", text });
  }

  notify(words) {
    this.notice.textContent = words;
    this.notice.hidden = !words;
  }

  #take({ after, bubbles }) {
    const known = new Set((this.shown ?? []).map((bubble) => bubble.id));
    const keep = after === null ? 0 : this.shown.findIndex((bubble) => bubble.id === after) + 1;
    const first = this.shown === null;
    this.shown = [...(this.shown ?? []).slice(0, keep), ...bubbles];
    this.queue.arrived(new Set(this.shown.map((bubble) => bubble.id)));
    this.#draw();
    if (!first) this.#announce(bubbles.filter((bubble) => !bubble.mine && !known.has(bubble.id)));
    this.unread?.shown(this.shown);
    this.changed(this);
  }

  // What has come is read out by a screen reader, with what can be pressed.
  #announce(letters) {
    const words = letters.map(({ text, buttons }) =>
      [text, ...buttons.filter((one) => one.live).map((one) => `${t("web.page.button")} ${one.label}`)].join("\n"),
    );
    if (words.length) this.aside.textContent = words.join("\n");
    if (!letters.length) return;
    // Who pressed by key goes on from the answer, not from the top of the page; unless they are typing already.
    const stays = document.activeElement === document.body || this.scroll.contains(document.activeElement);
    if (this.byKey && stays) this.scroll.querySelector(`[data-id="${CSS.escape(letters[0].id)}"]`)?.focus();
    this.byKey = false;
  }

  #draw() {
    if (this.shown === null) return;
    const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
    const first = this.drawn.size === 0;
    const all = [...this.shown, ...this.queue.entries];
    const items = [];
    const kept = new Map();
    let day = "";
    for (const bubble of all) {
      if (bubble.day && bubble.day !== day) items.push(make("p", "day", (day = bubble.day)));
      const form = JSON.stringify([bubble, ...this.links.keys()]);
      const before = this.drawn.get(bubble.id);
      const item = before?.form === form ? before.item : draw(bubble, this.#hands());
      if (before || first) item.classList.add("still");
      kept.set(bubble.id, { form, item });
      items.push(item);
    }
    if (!all.length) items.push(this.#welcome());
    if (this.queue.entries.some((entry) => entry.state === "sending")) items.push(this.#typing());
    this.drawn = kept;
    this.#place(items);
    if (first || atEnd || this.spoke) this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: first ? "auto" : "smooth" });
    else if (all.length) this.newest.hidden = false;
    this.spoke = false;
  }

  // What stays is not touched: it keeps the focus and the selection.
  #place(items) {
    const wanted = new Set(items);
    for (const old of [...this.scroll.children]) if (!wanted.has(old)) old.remove();
    items.forEach((item, index) => {
      if (this.scroll.children[index] !== item) this.scroll.insertBefore(item, this.scroll.children[index] ?? null);
    });
  }

  #typing() {
    const dots = make("p", "typing", make("i"), make("i"), make("i"));
    dots.setAttribute("role", "img");
    dots.setAttribute("aria-label", t("web.page.typing"));
    return dots;
  }

  #hands() {
    return {
      person: this.person,
      links: this.links,
      open: (ticket) => this.open(ticket, this.person),
      press: (bubble, index, label, byKey) => {
        this.byKey = byKey;
        this.#send("/api/presses", { letter: bubble.id, index }, { kind: "press", text: label });
      },
      again: (bubble) => this.queue.retry(bubble.id),
    };
  }

  #welcome() {
    if (!this.examples.length) return make("p", "quiet", t("web.page.quiet"));
    const box = make("div", "welcome", make("p", "", t("web.page.hello")));
    for (const example of this.examples) {
      const one = make("button", "choice", example);
      one.type = "button";
      one.addEventListener("click", () => this.say(example));
      box.append(one);
    }
    return box;
  }

  #send(path, body, look, form = null) {
    this.spoke = true;
    return this.queue?.add(path, body, { mine: true, photos: [], buttons: [], card: null, time: "", ...look }, form);
  }

  #submit() {
    const text = this.field.value.trim();
    // Said before the chat has begun, on a slow line: it goes out as soon as it has.
    this.eager = !this.queue;
    if (this.eager || (!text && !this.tray.file)) return;
    this.field.value = "";
    this.#grow();
    if (!this.tray.file) {
      this.say(text);
      return;
    }
    const { file, preview } = this.tray.empty();
    const form = new FormData();
    form.set("caption", text);
    form.set("file", file);
    this.#send("/api/photos", {}, { kind: "photo", text, preview }, form);
    this.field.focus();
  }

  #locate() {
    const failed = () => this.notify(t("web.page.no_place"));
    if (!navigator.geolocation) return failed();
    this.notify(t("web.page.locating"));
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        this.notify("");
        this.#send("/api/pins", { latitude: coords.latitude, longitude: coords.longitude }, { kind: "pin", text: "📍" });
      },
      failed,
      { timeout: 8000 },
    );
  }

  #listen() {
    const on = (selector, act) =>
      this.root.querySelector(selector).addEventListener("click", (event) => {
        event.preventDefault();
        act();
      });
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("keydown", (event) => {
      // Enter also ends a word in a Chinese input method: that one must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.field.addEventListener("input", () => this.#grow());
    on("[data-act=menu]", () => this.say(t("web.page.menu_words")));
    on("[data-act=place]", () => this.#locate());
    on(".newest", () => this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: "smooth" }));
    this.scroll.addEventListener("scroll", () => {
      if (this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR) this.newest.hidden = true;
    });
  }

  #grow() {
    this.field.style.height = "";
    if (this.field.value) this.field.style.height = `${Math.min(this.field.scrollHeight, LINES)}px`;
  }
}

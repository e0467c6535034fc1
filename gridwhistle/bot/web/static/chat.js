// How does a chat on the page stay up to date, and how does one speak in it?

import { get, make, newId, post, Refusal, t } from "./api.js";
import { draw } from "./bubbles.js";

const WAIT = 20;
const RETRY = 2500;
const NEAR = 120;
const LARGEST = 20 * 1024 * 1024;
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Chat {
  // `changed` is called whenever the chat has changed; `open` shows a ticket's sheet.
  constructor(root, { examples = [], changed = () => {}, open = () => {} }) {
    this.root = root;
    this.scroll = root.querySelector(".scroll");
    this.notice = root.querySelector(".notice");
    this.newest = root.querySelector(".newest");
    this.field = root.querySelector("textarea");
    this.file = root.querySelector("input[type=file]");
    this.examples = examples;
    this.changed = changed;
    this.open = open;
    this.links = new Map();
    this.pending = [];
    this.shown = [];
    this.drawn = new Map();
    this.#listen();
  }

  // Show the chat of a person of the demo, or the visitor's own.
  show(person) {
    this.stop?.abort();
    this.stop = new AbortController();
    Object.assign(this, { person, version: "", shown: [], pending: [], drawn: new Map(), links: new Map() });
    this.scroll.replaceChildren();
    this.#say("");
    this.#follow(person, this.stop.signal);
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

  async #follow(person, signal) {
    while (!signal.aborted) {
      try {
        const waits = this.version ? WAIT : 0;
        const answer = await get("/api/chat", person, { seen: this.version, wait: waits }, signal);
        this.#say("");
        if (answer.version !== this.version) {
          this.version = answer.version;
          this.shown = answer.bubbles;
          const known = new Set(this.shown.map((bubble) => bubble.id));
          this.pending = this.pending.filter((bubble) => !known.has(bubble.id));
          this.#draw();
          this.changed(this);
        }
      } catch (problem) {
        if (signal.aborted) return;
        this.#say(problem instanceof Refusal ? problem.message : t("web.page.offline"));
        await pause(RETRY);
      }
    }
  }

  #draw() {
    const atEnd = this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR;
    const first = this.scroll.childElementCount === 0;
    const all = [...this.shown, ...this.pending];
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
    if (!all.length && this.version) items.push(this.#welcome());
    if (this.pending.some((bubble) => bubble.state === "sending")) items.push(make("p", "typing", make("i"), make("i"), make("i")));
    this.drawn = kept;
    this.scroll.replaceChildren(...items);
    if (first || atEnd || this.spoke) this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: first ? "auto" : "smooth" });
    else if (all.length) this.newest.hidden = false;
    this.spoke = false;
  }

  #hands() {
    return {
      person: this.person,
      links: this.links,
      open: (ticket) => this.open(ticket, this.person),
      press: (bubble, index, label) => this.#send("/api/presses", { letter: bubble.id, index }, { kind: "press", text: label }),
      again: (bubble) => this.#post(bubble),
    };
  }

  #welcome() {
    if (!this.examples.length) return make("p", "quiet", t("web.page.quiet"));
    const box = make("div", "welcome");
    box.append(make("p", "", t("web.page.hello")));
    for (const example of this.examples) {
      const one = make("button", "choice", example);
      one.type = "button";
      one.addEventListener("click", () => this.say(example));
      box.append(one);
    }
    return box;
  }

  say(text) {
    return this.#send("/api/messages", { text }, { kind: "text", text });
  }

  #send(path, body, look) {
    const id = newId();
    const bubble = { id: `own-${id}`, mine: true, photos: [], buttons: [], card: null, time: "", ...look, path, body: { id, ...body } };
    this.pending.push(bubble);
    return this.#post(bubble);
  }

  async #post(bubble) {
    bubble.state = "sending";
    this.spoke = true;
    this.#draw();
    try {
      await post(bubble.path, this.person, bubble.form ?? bubble.body);
      bubble.state = "sent";
    } catch (problem) {
      bubble.state = "failed";
      bubble.problem = problem instanceof Refusal ? problem.message : "";
    }
    this.#draw();
  }

  #photo(file) {
    if (file.size > LARGEST) return this.#say(t("web.page.photo_large"));
    const id = newId();
    const form = new FormData();
    form.set("id", id);
    form.set("caption", this.field.value.trim());
    form.set("file", file);
    const bubble = { id: `own-${id}`, mine: true, kind: "photo", text: this.field.value.trim(), photos: [], buttons: [], card: null, time: "" };
    this.field.value = "";
    this.pending.push(Object.assign(bubble, { preview: URL.createObjectURL(file), path: "/api/photos", form }));
    return this.#post(bubble);
  }

  #place() {
    const failed = () => this.#say(t("web.page.no_place"));
    if (!navigator.geolocation) return failed();
    return navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.#send("/api/pins", { latitude: coords.latitude, longitude: coords.longitude }, { kind: "pin", text: "📍" }),
      failed,
      { timeout: 8000 },
    );
  }

  #say(text) {
    this.notice.textContent = text;
    this.notice.hidden = !text;
  }

  #listen() {
    const submit = () => {
      const text = this.field.value.trim();
      if (!text) return;
      this.field.value = "";
      this.#grow();
      this.say(text);
    };
    this.root.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.field.addEventListener("keydown", (event) => {
      // Enter also ends a word in a Chinese input method: that one must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      submit();
    });
    this.field.addEventListener("input", () => this.#grow());
    this.root.querySelector("[data-act=menu]").addEventListener("click", () => this.say(t("web.page.menu_words")));
    this.root.querySelector("[data-act=photo]").addEventListener("click", () => this.file.click());
    this.root.querySelector("[data-act=place]").addEventListener("click", () => this.#place());
    this.file.addEventListener("change", () => {
      const [file] = this.file.files;
      this.file.value = "";
      if (file) this.#photo(file);
    });
    this.newest.addEventListener("click", () => this.scroll.scrollTo({ top: this.scroll.scrollHeight, behavior: "smooth" }));
    this.scroll.addEventListener("scroll", () => {
      if (this.scroll.scrollHeight - this.scroll.scrollTop - this.scroll.clientHeight < NEAR) this.newest.hidden = true;
    });
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 120)}px`;
  }
}

// How does a page hear what is new in its chat, and how does it notice that it hears nothing any more?

import { address, get, Refusal, t } from "./api.js";

const AWAY = 30_000;
const LOOK = 20_000;
const AGAIN = 2_500;
const PATIENCE = 1_000;

export class Feed {
  #source = null;
  #timer = 0;
  #complaint = 0;
  #version = "";
  #turned = () => this.#turn();
  #lost = () => this.#unwell(t("web.page.offline"));
  #found = () => this.#open();

  // `change` is called with what is new, `problem` with a sentence, or with "" once all is well again.
  constructor(person, { change, problem }) {
    Object.assign(this, { person, change, problem });
    document.addEventListener("visibilitychange", this.#turned);
    // A connection may outlast its network for minutes without anybody noticing.
    window.addEventListener("offline", this.#lost);
    window.addEventListener("online", this.#found);
    this.#open();
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#turned);
    window.removeEventListener("offline", this.#lost);
    window.removeEventListener("online", this.#found);
    this.#close();
  }

  #open() {
    this.#close();
    const source = new EventSource(address("/api/stream", this.person, this.#seen()));
    this.#source = source;
    source.addEventListener("open", () => this.#well());
    source.addEventListener("chat", (event) => this.#take(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      this.#unwell(t("web.page.offline"));
      // The browser comes again by itself unless it was refused.
      if (source.readyState === EventSource.CLOSED) this.#later(() => this.#ask().then(() => this.#open()), AGAIN);
    });
  }

  // A browser has six connections for a site: pages that nobody looks at must not keep them all.
  #turn() {
    if (document.hidden) this.#later(() => this.#away(), AWAY);
    else if (this.#source?.readyState === EventSource.OPEN) clearTimeout(this.#timer);
    else this.#open();
  }

  #away() {
    this.#close();
    this.#later(() => this.#ask().then(() => document.hidden && this.#away()), LOOK);
  }

  async #ask() {
    try {
      const news = await get("/api/chat", this.person, this.#seen());
      if (news.bubbles) this.#take(news);
      this.#well();
    } catch (problem) {
      this.#unwell(problem instanceof Refusal ? problem.message : t("web.page.offline"));
    }
  }

  #take(news) {
    this.#version = news.version;
    this.change(news);
  }

  #seen() {
    return this.#version ? { seen: this.#version } : {};
  }

  #well() {
    clearTimeout(this.#complaint);
    this.#complaint = 0;
    this.problem("");
  }

  // A short break is nobody's business.
  #unwell(words) {
    if (!this.#complaint) this.#complaint = setTimeout(() => this.problem(words), PATIENCE);
  }

  #later(act, milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(act, milliseconds);
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }
}

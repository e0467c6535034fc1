// What has been said and has not arrived yet? It is sent in order, through lost connections and reloads.

import { newId, post, Refusal } from "./api.js";
import { tabKept } from "./kept.js";

const SOONEST = 1_000;
const LATEST = 20_000;
const BROKEN = 500;

export class Queue {
  #sending = false;
  #timer = 0;
  #wait = SOONEST;
  #online = () => this.#again();

  // `changed` is called whenever an entry's state has changed.
  constructor(person, changed) {
    Object.assign(this, { person, changed });
    this.entries = JSON.parse(tabKept.get(this.#key) ?? "[]");
    window.addEventListener("online", this.#online);
    this.#run();
  }

  stop() {
    window.removeEventListener("online", this.#online);
    clearTimeout(this.#timer);
    this.entries = [];
  }

  // `look` is how the bubble is drawn meanwhile; a `form` (a photo) outlives no reload.
  add(path, body, look, form = null) {
    const id = newId();
    form?.set("id", id);
    this.entries.push({ id: `own-${id}`, path, body: { id, ...body }, form, state: "waiting", ...look });
    this.#save();
    return this.#run();
  }

  retry(id) {
    const entry = this.entries.find((one) => one.id === id);
    if (entry) entry.state = "waiting";
    return this.#run();
  }

  // The chat shows these now.
  arrived(ids) {
    for (const entry of this.entries) if (ids.has(entry.id) && entry.preview) URL.revokeObjectURL(entry.preview);
    this.entries = this.entries.filter((entry) => !ids.has(entry.id));
    this.#save();
  }

  get #key() {
    return `waiting.${this.person}`;
  }

  async #run() {
    clearTimeout(this.#timer);
    if (this.#sending) return this.#tell();
    this.#sending = true;
    for (let next = this.#next(); next; next = this.#next()) {
      next.state = "sending";
      this.#tell();
      const arrived = await this.#send(next);
      if (!arrived) break;
      this.#wait = SOONEST;
    }
    this.#sending = false;
    return this.#tell();
  }

  #next() {
    return this.entries.find((entry) => entry.state === "waiting");
  }

  // Whether the server answered, with whatever words.
  async #send(entry) {
    try {
      await post(entry.path, this.person, entry.form ?? entry.body);
      entry.state = "sent";
    } catch (problem) {
      if (!(problem instanceof Refusal) || problem.status >= BROKEN) {
        entry.state = "waiting";
        this.#timer = setTimeout(() => this.#again(), this.#wait);
        this.#wait = Math.min(2 * this.#wait, LATEST);
        return false;
      }
      Object.assign(entry, { state: "failed", problem: problem.message });
    }
    return true;
  }

  #again() {
    this.#run();
  }

  #tell() {
    this.#save();
    this.changed();
  }

  #save() {
    const left = this.entries.filter((entry) => !entry.form && entry.state !== "failed");
    tabKept.set(this.#key, JSON.stringify(left.map((entry) => ({ ...entry, state: "waiting" }))));
  }
}

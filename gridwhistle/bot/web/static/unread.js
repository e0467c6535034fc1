// How many letters has the person not seen yet?

import { longKept } from "./kept.js";

const title = document.title;

export class Unread {
  #newest = "";
  #ids = [];
  #turned = () => this.#count();

  // `told` is called with the number whenever it may have changed.
  constructor(person, told = () => {}) {
    Object.assign(this, { key: `seen.${person}`, told, open: true });
    this.seen = longKept.get(this.key);
    document.addEventListener("visibilitychange", this.#turned);
  }

  stop() {
    document.removeEventListener("visibilitychange", this.#turned);
  }

  // Letters are named in the order of their writing.
  shown(bubbles) {
    this.#ids = bubbles.filter((bubble) => !bubble.mine).map((bubble) => bubble.id);
    this.#newest = this.#ids.reduce((newest, id) => (id > newest ? id : newest), "");
    this.#count();
  }

  // The frame around the chat was opened or folded.
  opened(open) {
    this.open = open;
    this.#count();
  }

  #count() {
    if ((this.open && !document.hidden) || this.seen === null) {
      this.seen = this.#newest;
      longKept.set(this.key, this.seen);
    }
    const count = this.#ids.filter((id) => id > this.seen).length;
    document.title = count ? `(${count}) ${title}` : title;
    this.told(count);
  }
}

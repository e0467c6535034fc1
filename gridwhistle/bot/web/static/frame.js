// How does the chat in a frame talk with the page around it? Only with a page of an origin that the city allows.

export class Frame {
  #origin = "";

  // `parents` are the allowed origins; `opened` is called when the frame is opened or folded.
  constructor(parents, opened) {
    window.addEventListener("message", (event) => {
      if (event.source !== window.parent || !parents.includes(event.origin)) return;
      const { gridwhistle: what, open } = event.data ?? {};
      if (what !== "open") return;
      this.#origin = event.origin;
      opened(open === true);
      this.#tell({ gridwhistle: "ready" });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) this.fold();
    });
  }

  fold() {
    this.#tell({ gridwhistle: "fold" });
  }

  unread(count) {
    this.#tell({ gridwhistle: "unread", count });
  }

  #tell(message) {
    if (this.#origin) window.parent.postMessage(message, this.#origin);
  }
}

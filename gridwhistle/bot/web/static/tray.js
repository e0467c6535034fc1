// Which photo is about to be sent, and is it one that the server would take?

import { t } from "./api.js";

const LARGEST = 20 * 1024 * 1024;

export class Tray {
  // `say` tells the person what is wrong.
  constructor(form, say) {
    Object.assign(this, { say, file: null, preview: "" });
    this.box = form.querySelector(".tray");
    this.input = form.querySelector("input[type=file]");
    this.camera = form.querySelector("[data-act=photo]");
    this.send = form.querySelector(".send");
    this.camera.addEventListener("click", () => this.input.click());
    form.querySelector("[data-act=drop]").addEventListener("click", () => {
      this.empty();
      URL.revokeObjectURL(this.preview);
      this.camera.focus();
    });
    this.input.addEventListener("change", () => {
      const [file] = this.input.files;
      this.input.value = "";
      if (file) this.#take(file);
    });
  }

  // The photo leaves the tray; its preview goes with it.
  empty() {
    const { file, preview } = this;
    this.box.hidden = true;
    this.file = null;
    return { file, preview };
  }

  #take(file) {
    if (!this.input.accept.split(",").includes(file.type)) return this.say(t("web.page.photo_kind"));
    if (file.size > LARGEST) return this.say(t("web.page.photo_large"));
    this.say("");
    this.file = file;
    this.preview = URL.createObjectURL(file);
    this.box.querySelector("img").src = this.preview;
    this.box.querySelector("figcaption").textContent = file.name;
    this.box.hidden = false;
    return this.send.focus();
  }
}

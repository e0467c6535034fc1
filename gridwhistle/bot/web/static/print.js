// Large print for old eyes: how is it switched, and remembered?

import { t } from "./api.js";
import { longKept } from "./kept.js";

export function largePrint(link) {
  const root = document.documentElement;
  const draw = () => (link.textContent = t(root.dataset.print === "large" ? "web.page.usual" : "web.page.large"));
  link.addEventListener("click", (event) => {
    event.preventDefault();
    if (root.dataset.print === "large") delete root.dataset.print;
    else root.dataset.print = "large";
    longKept.set("print", root.dataset.print ?? "");
    draw();
  });
  draw();
}

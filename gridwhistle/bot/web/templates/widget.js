// The chat on any page of the city: the line that loads this puts a button there, and the button opens the chat.

(() => {
  const WORDS = {{ words | tojson }};
  const script = document.currentScript;
  const home = new URL(script.src).origin;
  const language = script.dataset.lang || (document.documentElement.lang.startsWith("en") ? "en" : "zh");
  const words = WORDS[language] ?? WORDS.zh;
  const GRACE = 1500;
  const PATIENCE = 10_000;
  const STYLE = `
    :host { all: initial; position: fixed; z-index: 2147483000; inset-block-end: 20px; inset-inline-end: 20px; font: 16px/1.4 system-ui, sans-serif; }
    :host([data-side="left"]) { inset-inline: 20px auto; }
    .launch { position: relative; display: flex; align-items: center; gap: 8px; padding: 12px 20px; border: 0; border-radius: 999px; background: #0d6b66; color: #fff; font: inherit; font-weight: 600; cursor: pointer; box-shadow: 0 4px 18px rgb(0 0 0 / 28%); }
    .launch:hover { background: #0a4f4c; }
    .launch:focus-visible { outline: 3px solid #f6c35b; outline-offset: 2px; }
    .badge { position: absolute; inset-block-start: -6px; inset-inline-end: -4px; min-width: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 999px; background: #c22f20; color: #fff; font-size: 13px; line-height: 22px; text-align: center; }
    .panel { position: fixed; inset-block-end: 84px; inset-inline-end: 20px; width: min(400px, calc(100vw - 40px)); height: min(640px, calc(100vh - 110px)); border-radius: 18px; overflow: hidden; background: #fff; box-shadow: 0 8px 40px rgb(0 0 0 / 32%); }
    :host([data-side="left"]) .panel { inset-inline: 20px auto; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    .else { display: block; padding: 24px; color: #0d6b66; }
    [hidden] { display: none !important; }
    @media (max-width: 520px) { .panel { inset: 0; width: 100vw; height: 100vh; height: 100dvh; border-radius: 0; } :host([data-open]) .launch { display: none; } }
  `;

  function make(tag, className, text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  // Its own root: neither does the page's style reach in, nor does ours reach out.
  const host = make("div", "");
  host.dataset.side = script.dataset.side === "left" ? "left" : "right";
  const root = host.attachShadow({ mode: "closed" });
  try {
    // Works on a page whose policy forbids style elements.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch (old) {
    root.append(make("style", "", STYLE));
  }
  const launch = make("button", "launch", words.open);
  launch.type = "button";
  launch.setAttribute("aria-expanded", "false");
  const badge = make("span", "badge");
  badge.hidden = true;
  launch.append(badge);
  const panel = make("div", "panel");
  panel.hidden = true;
  root.append(panel, launch);

  let frame = null;
  let ready = false;

  function used(now) {
    try {
      if (now) localStorage.setItem("gridwhistle.used", "1");
      return localStorage.getItem("gridwhistle.used") === "1";
    } catch (blocked) {
      return false;
    }
  }

  const tell = () => frame.contentWindow?.postMessage({ gridwhistle: "open", open: !panel.hidden }, home);

  function load() {
    if (frame) return;
    frame = make("iframe", "");
    frame.title = words.title;
    frame.allow = "geolocation";
    frame.src = `${home}/chat/frame?lang=${language}`;
    frame.addEventListener("load", () => {
      tell();
      // The chat answers at once; what a browser shows instead of it never does.
      setTimeout(instead, GRACE);
    });
    panel.append(frame);
  }

  // Not allowed here, or not reachable: the chat has a page of its own.
  function instead() {
    if (ready || !frame) return;
    const link = make("a", "else", words.instead);
    Object.assign(link, { href: `${home}/chat?lang=${language}`, target: "_blank", rel: "noopener" });
    frame.remove();
    frame = null;
    panel.replaceChildren(link);
    if (!panel.hidden) link.focus();
  }

  function show(open) {
    panel.hidden = !open;
    host.toggleAttribute("data-open", open);
    launch.setAttribute("aria-expanded", String(open));
    if (!open) {
      if (frame) tell();
      launch.focus();
      return;
    }
    used(true);
    if (!frame) panel.replaceChildren();
    load();
    if (ready) tell();
    else setTimeout(instead, PATIENCE);
    frame.focus();
  }

  function count(unread) {
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? "99+" : String(unread);
    if (unread) launch.setAttribute("aria-label", words.unread.replace("#", String(unread)));
    else launch.removeAttribute("aria-label");
  }

  launch.addEventListener("click", () => show(panel.hidden));
  window.addEventListener("message", ({ origin, source, data }) => {
    if (origin !== home || !frame || source !== frame.contentWindow) return;
    if (data?.gridwhistle === "ready") ready = true;
    if (data?.gridwhistle === "fold") show(false);
    if (data?.gridwhistle === "unread" && Number.isInteger(data.count) && data.count >= 0) count(data.count);
  });

  // Who has talked with the city from this site before is told of its answers.
  const begin = () => {
    document.body.append(host);
    if (used(false)) load();
  };
  if (document.body) begin();
  else document.addEventListener("DOMContentLoaded", begin);
})();

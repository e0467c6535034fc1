// Can this browser run the page's scripts? Then what only the plain form needs is hidden before anything is painted.

if ("noModule" in HTMLScriptElement.prototype && "EventSource" in window) document.documentElement.classList.add("live");
try {
  if (localStorage.getItem("gridwhistle.print") === "large") document.documentElement.dataset.print = "large";
} catch (blocked) {
  // A browser that keeps nothing for us shows the usual print.
}

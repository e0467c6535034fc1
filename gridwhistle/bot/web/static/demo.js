// The demo: a resident's phone on the left, anybody's desk on the right, a clock that can be moved.

import { get, make, post, t } from "./api.js";
import { Chat } from "./chat.js";
import { Desk, openSheet } from "./desk.js";

const choice = new URLSearchParams(location.search);
const people = { resident: choice.get("resident") || "zhangmin", worker: choice.get("worker") || "liqiang" };
const seen = new Map();
const examples = [t("web.page.example_1"), t("web.page.example_2"), t("web.page.example_3")];

const residentChat = new Chat(document.getElementById("resident"), { examples, changed: () => refresh(), open: openSheet });
const workerChat = new Chat(document.getElementById("worker"), { changed: () => refresh(), open: openSheet });
const desk = new Desk(document.getElementById("desk"), {
  open: openSheet,
  reveal: (card) => workerChat.reveal(card),
  items: (items) => workerChat.link(items),
});

const stage = document.querySelector(".stage");
const around = document.getElementById("around");
const residents = document.getElementById("resident-choice");
const workers = document.getElementById("worker-choice");

function remember() {
  const url = new URL(location);
  for (const [role, code] of Object.entries(people)) url.searchParams.set(role, code);
  history.replaceState(null, "", url);
}

function tab(person) {
  const one = make("button", "person", make("b", "", person.name), make("small", "", person.title));
  one.type = "button";
  one.title = `${person.title} · ${person.unit}`;
  one.dataset.code = person.code;
  one.setAttribute("role", "tab");
  one.setAttribute("aria-selected", String(person.code === people.worker));
  if (person.newest && person.newest !== seen.get(person.code) && person.code !== people.worker) one.append(make("i", "dot"));
  one.addEventListener("click", () => choose("worker", person.code));
  return one;
}

const option = (person, wanted) => {
  const one = make("option", "", `${person.name}（${person.unit || person.title}）`);
  one.value = person.code;
  one.selected = person.code === wanted;
  return one;
};

async function drawCast() {
  const cast = await get("/api/demo/cast", "", { resident: people.resident });
  for (const person of cast.around) {
    if (person.code === people.worker || !seen.has(person.code)) seen.set(person.code, person.newest);
  }
  const form = JSON.stringify([cast.around, people.worker, [...seen]]);
  if (form !== around.dataset.form) around.replaceChildren(...cast.around.map(tab));
  around.dataset.form = form;
  document.querySelector(".switch .dot").hidden = !around.querySelector(".dot");
  if (residents.options.length <= 1) {
    residents.replaceChildren(...cast.residents.map((person) => option(person, people.resident)));
    for (const group of cast.groups.filter((one) => one.people.length)) {
      const box = make("optgroup", "", ...group.people.map((person) => option(person, "")));
      box.label = group.title;
      workers.append(box);
    }
  }
  const inTabs = cast.around.some((person) => person.code === people.worker);
  workers.value = inTabs ? "" : people.worker;
  workers.classList.toggle("chosen", !inTabs);
}

async function drawClock(times) {
  const { now, next } = times ?? (await get("/api/demo/clock", ""));
  document.getElementById("now").textContent = now;
  document.getElementById("next").textContent = next;
}

let running = null;
let again = false;
// Many changes at once are one refresh, and one more after it.
function refresh() {
  if (running) {
    again = true;
    return running;
  }
  const own = get("/api/desk", people.resident).then(({ items }) => residentChat.link(items));
  running = Promise.allSettled([desk.show(people.worker), own, drawCast(), drawClock()]).finally(() => {
    running = null;
    if (again) refresh();
    again = false;
  });
  return running;
}

function choose(role, code) {
  people[role] = code;
  remember();
  (role === "worker" ? workerChat : residentChat).show(code);
  around.querySelectorAll(".person").forEach((one) => one.setAttribute("aria-selected", String(one.dataset.code === people.worker)));
  refresh();
}

async function leap(button) {
  const buttons = document.querySelectorAll("[data-leap]");
  const face = document.getElementById("next");
  buttons.forEach((one) => (one.disabled = true));
  face.textContent = t("web.page.moving");
  try {
    await drawClock(await post("/api/demo/clock", "", { leap: button.dataset.leap }));
  } catch (problem) {
    face.textContent = problem.message;
  }
  buttons.forEach((one) => (one.disabled = false));
  refresh();
}

document.querySelectorAll("[data-leap]").forEach((one) => one.addEventListener("click", () => leap(one)));
residents.addEventListener("change", () => choose("resident", residents.value));
workers.addEventListener("change", () => workers.value && choose("worker", workers.value));
document.querySelectorAll(".switch button").forEach((one) =>
  one.addEventListener("click", () => {
    stage.dataset.pane = one.dataset.pane;
    (one.dataset.pane === "phone" ? residentChat : workerChat).toEnd();
    document.querySelectorAll(".switch button").forEach((other) => other.setAttribute("aria-pressed", String(other === one)));
  }),
);

choose("resident", people.resident);
choose("worker", people.worker);
setInterval(refresh, 10_000);

// How does the page talk to the server, and where are its words?

const words = JSON.parse(document.getElementById("words").textContent);

export const t = (key) => words[key] ?? key;

export const newId = () =>
  crypto.randomUUID ? crypto.randomUUID() : Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

// The server's own words for why it did not do as asked.
export class Refusal extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

// `person` is the demo's; without one the cookie says who it is.
export function address(path, person, query = {}) {
  const url = new URL(path, location.origin);
  if (person) url.searchParams.set("as", person);
  const language = new URLSearchParams(location.search).get("lang");
  if (language) url.searchParams.set("lang", language);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

async function read(response) {
  const body = await response.json();
  if (!response.ok) throw new Refusal(body.error ?? String(response.status), response.status);
  return body;
}

export const get = async (path, person, query) => read(await fetch(address(path, person, query)));

export const post = async (path, person, body) => {
  const form = body instanceof FormData;
  const headers = { "X-Gridwhistle": "1", ...(form ? {} : { "Content-Type": "application/json" }) };
  return read(await fetch(address(path, person), { method: "POST", headers, body: form ? body : JSON.stringify(body) }));
};

// The one way elements are made: text goes in as text, never as markup.
export function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

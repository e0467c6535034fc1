// telegram-test-api with what it lacks: held polls that confirm by the offset, the webhook's secret, files, and calls
// that can be read. Prints its address when it listens.
const path = require("node:path");
const root = path.join(__dirname, "node_modules");
const express = require(path.join(root, "express"));
const axios = require(path.join(root, "axios"));
const TelegramServer = require(path.join(root, "telegram-test-api"));

const HOLD_STEP = 50;
const bot = { id: 7000001, is_bot: true, first_name: "网格哨", username: "gridwhistle_test_bot", can_join_groups: true };
const server = new TelegramServer({ port: 1, host: "127.0.0.1", storeTimeout: 600 });
const front = express();
const calls = [];
const files = {};
let unconfirmed = [];

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const value = (text) => {
  try {
    return /^[{[]|^true$|^false$/.test(text) ? JSON.parse(text) : text;
  } catch {
    return text;
  }
};

function parts(request) {
  const boundary = /boundary="?([^";]+)/.exec(request.headers["content-type"])[1];
  const fields = {};
  for (const part of request.body.toString("latin1").split(`--${boundary}`)) {
    const name = /name="?([^";\r\n]+)/.exec(part);
    const begin = part.indexOf("\r\n\r\n");
    if (!name || begin < 0) continue;
    const content = Buffer.from(part.slice(begin + 4, -2), "latin1");
    fields[name[1]] = /filename=/.test(part) ? `<${content.length} bytes>` : value(content.toString("utf8"));
  }
  return fields;
}

// Bodies are read here once; the package's own parsers then find them read.
front.use(express.raw({ type: "multipart/form-data", limit: "30mb" }));
front.use(express.urlencoded({ extended: true, limit: "1mb" }));
front.use(express.json({ limit: "30mb" }));

front.post("/test/file/:id", (request, response) => {
  files[request.params.id] = Buffer.from(request.body.base64, "base64");
  response.json({});
});
front.post("/test/message", async (request, response) => {
  await server.addUserMessage(request.body);
  response.json({});
});
front.post("/test/press", async (request, response) => {
  await server.addUserCallback(request.body);
  response.json({});
});
front.get("/test/calls", (_request, response) => response.json(calls));
front.get("/file/bot:token/:id", (request, response) => {
  if (files[request.params.id]) response.send(files[request.params.id]);
  else response.status(404).json({ ok: false });
});

front.all("/bot:token/:method", async (request, response, next) => {
  const method = request.params.method.toLowerCase();
  const given = Buffer.isBuffer(request.body) ? parts(request) : request.body;
  const params = Object.fromEntries(Object.entries(given).map(([name, one]) => [name, typeof one === "string" ? value(one) : one]));
  const yes = (result) => response.json({ ok: true, result });
  if (method === "getupdates") {
    const ends = Date.now() + 1000 * Number(params.timeout || 0);
    unconfirmed = unconfirmed.filter((one) => one.update_id >= Number(params.offset || 0));
    for (;;) {
      unconfirmed.push(...server.getUpdates(request.params.token));
      if (unconfirmed.length || Date.now() >= ends) return yes(unconfirmed);
      await sleep(HOLD_STEP);
    }
  }
  calls.push({ method, params });
  switch (method) {
    case "getme":
      return yes(bot);
    case "setmycommands":
    case "deletemycommands":
    case "sendchataction":
      return yes(true);
    case "getfile":
      return yes({ file_id: params.file_id, file_unique_id: "u", file_path: params.file_id });
    case "sendphoto":
      return yes(server.addBotMessage({ ...params, text: params.caption || "" }, request.params.token));
    case "setwebhook":
      axios.defaults.headers.common["X-Telegram-Bot-Api-Secret-Token"] = params.secret_token;
  }
  return next();
});
front.use(server.webServer);

const listening = front.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${listening.address().port}`));

// What is typed and tapped in the room, kept: in the browser at once, on the server within two seconds, and never twice.
// Each box goes out with what it was based on; the server lays together what two devices wrote. A line or a tap goes
// with its uid and its instant; what got no answer is sent again with the same uid before anything newer.

const PREFIX = "keepword:room:";
const PAUSE = 600; // after the last key
const LONGEST_PAUSE = 1400; // while one types without a break
const RETRY = [2000, 4000, 8000, 15000];

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

function keysFrom(beginning) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(beginning)).sort();
  } catch {
    return [];
  }
}

export function newUid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

// One page at a time speaks for a room; where the browser cannot say, the uids keep it from being twice.
export function alone(room, work, options = {}) {
  return navigator.locks ? navigator.locks.request(`${PREFIX}${room}`, options, work) : work(true);
}

// What a page of the room could not send before it was closed, sent from any other page. True when something arrived.
export async function sendLeft() {
  const rooms = new Set(keysFrom(PREFIX).map((key) => key.slice(PREFIX.length).split(":")[0]));
  const sent = [...rooms].map((room) =>
    alone(room, (isFree) => isFree && new Keeper(room, null, { state() {}, box() {}, line() {}, refused() {}, tapped() {} }).sendStored(), {
      ifAvailable: true,
    }),
  );
  return (await Promise.all(sent)).some(Boolean);
}

export class Keeper {
  // `told` hears what becomes of it: box(name, answer, box), line(line, answer or null), refused(name, sentence, text),
  // tapped(answer) when the last tap has arrived, state(word)
  constructor(room, url, told) {
    this.key = `${PREFIX}${room}`;
    this.url = url;
    this.told = told;
    this.boxes = new Map();
    this.items = keysFrom(`${this.key}:at:`).map(read).filter(Boolean);
    this.failures = 0;
    this.busy = false;
    this.hasSent = false;
    addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => this.soon(0));
  }

  get lines() {
    return this.items.filter((item) => !item.tap);
  }

  get taps() {
    return this.items.filter((item) => item.tap);
  }

  // The text to show in a box: the server's, or what this browser holds and could not send yet.
  open(name, text, version) {
    const known = this.boxes.get(name) ?? read(`${this.key}:${name}`);
    const unsent = known && (known.flight || known.text !== known.base);
    const box = unsent ? known : { url: this.url, text, base: text, version, flight: null };
    this.boxes.set(name, box);
    if (unsent) this.soon(0);
    return box.text;
  }

  type(name, text) {
    const box = this.boxes.get(name);
    if (!box) return;
    box.text = text;
    box.refused = false;
    this.store(name);
    this.told.state("sending");
    this.soon(PAUSE);
  }

  add(name, text, at) {
    const line = this.keepItem({ url: this.url, at, fields: { box: name, text } });
    this.told.line(line, null);
  }

  tap(name, url, fields, at) {
    return this.keepItem({ tap: name, url, at, fields });
  }

  keepItem(item) {
    item.uid = newUid();
    item.key = `${this.key}:at:${Math.round(item.at)}:${item.uid}`;
    write(item.key, item);
    this.items.push(item);
    this.told.state("sending");
    this.soon(0);
    return item;
  }

  drop(item) {
    write(item.key, null);
    this.items = this.items.filter((one) => one !== item);
  }

  store(name) {
    const box = this.boxes.get(name);
    const settled = !box.flight && box.text === box.base;
    write(`${this.key}:${name}`, settled ? null : box);
  }

  soon(wait) {
    const now = performance.now();
    this.since ??= now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), Math.max(0, Math.min(wait, this.since + LONGEST_PAUSE - now)));
  }

  waiting() {
    return [...this.boxes].filter(([, box]) => !box.refused && (box.flight || box.text !== box.base)).map(([name]) => name);
  }

  get isEmpty() {
    return !this.items.length && !this.waiting().length;
  }

  get refused() {
    return [...this.boxes.values()].some((box) => box.refused);
  }

  // Before the page is left: true when all has arrived, false when there is no network or a box was refused.
  async flush() {
    for (let tries = 0; tries < 5 && !this.isEmpty; tries++) {
      if (!(await this.send())) return false;
    }
    return !this.refused && this.isEmpty;
  }

  // Without the room's own page: all that the browser holds of it, until the network is back.
  sendStored() {
    for (const key of keysFrom(`${this.key}:`)) {
      const name = key.slice(this.key.length + 1);
      if (!name.startsWith("at:")) this.open(name, "", 0);
    }
    this.gone = new Promise((resolve) => (this.leave = resolve));
    this.soon(0);
    return this.gone;
  }

  // Sends what waits, one after the other. True when nothing waits any more.
  async send() {
    clearTimeout(this.timer);
    this.since = undefined;
    if (this.busy) return this.busy;
    this.busy = this.sendAll();
    const done = await this.busy;
    this.busy = false;
    if (done && !this.isEmpty) this.soon(PAUSE); // typed meanwhile
    return done;
  }

  // the taps come last: what was typed before the end is there when it ends
  async sendAll() {
    try {
      while (this.lines.length) await this.sendLine(this.lines[0]);
      for (const name of this.waiting()) await this.sendBox(name);
      while (this.taps.length) await this.sendTap(this.taps[0]);
      this.failures = 0;
      if (this.isEmpty) this.told.state(this.refused ? "refused" : "kept");
      this.leave?.(this.hasSent);
      return true;
    } catch (trouble) {
      if (this.leave && trouble.answered) {
        this.leave(false); // signed out, of somebody else, or refused: it waits for the room's own page
        return false;
      }
      this.told.state(trouble.signedOut ? "signedOut" : "waiting");
      this.timer = setTimeout(() => this.send(), RETRY[Math.min(this.failures++, RETRY.length - 1)]);
      return false;
    }
  }

  async sendLine(line) {
    const answer = await this.post(line.url, { ...line.fields, uid: line.uid, at: Math.round(line.at) });
    const name = line.fields.box;
    if (answer.error && this.leave) throw Object.assign(new Error(answer.error), { answered: true });
    this.drop(line);
    if (answer.error) this.told.refused(name, answer.error, line.fields.text, line.uid);
    else this.told.line(line, answer);
    if (!answer.error && answer.box === "notes" && this.boxes.has("notes")) {
      this.settle("notes", { text: this.boxes.get("notes").base }, { ...answer, merged: true });
    }
  }

  async sendTap(tap) {
    const answer = await this.post(tap.url, { ...tap.fields, uid: tap.uid, at: Math.round(tap.at) });
    this.drop(tap);
    if (!this.taps.length) this.told.tapped(answer);
  }

  async sendBox(name) {
    const box = this.boxes.get(name);
    box.flight ??= { box: name, uid: newUid(), text: box.text, version: box.version, base: box.base };
    this.store(name);
    const sent = box.flight;
    const answer = await this.post(box.url, sent);
    box.flight = null;
    if (answer.error) {
      box.refused = box.text === sent.text;
      this.store(name);
      this.told.refused(name, answer.error, sent.text);
    } else {
      this.settle(name, sent, answer);
    }
  }

  settle(name, sent, answer) {
    const box = this.boxes.get(name);
    if (!answer.merged) {
      box.base = sent.text;
      box.version = answer.version;
    } else if (box.text === sent.text) {
      box.text = box.base = answer.text;
      box.version = answer.version;
    } else {
      // typed on while another device wrote: the old version makes the server lay the two together
      box.base = sent.text;
    }
    this.store(name);
    this.told.box(name, answer, box);
  }

  async post(url, fields) {
    const response = await fetch(url, {
      method: "POST",
      headers: { Accept: "application/json", ...csrf() },
      body: new URLSearchParams(fields),
      redirect: "manual",
      signal: AbortSignal.timeout(8000),
    });
    const known = [200, 404, 409, 422].includes(response.status) && response.headers.get("Content-Type")?.includes("json");
    if (known) {
      this.hasSent = true;
      return response.json();
    }
    const signedOut = response.type === "opaqueredirect" || response.status === 403;
    throw Object.assign(new Error(response.status), { signedOut, answered: signedOut || response.status === 404 });
  }
}

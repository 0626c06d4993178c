// What is typed in the room, kept: in the browser at once, on the server within two seconds, and never twice.
// Each box goes out with what it was based on; the server lays together what two devices wrote. A write that got no
// answer is sent again with the same uid before anything newer.

const PAUSE = 600; // after the last key
const LONGEST_PAUSE = 1400; // while one types without a break
const RETRY = [2000, 4000, 8000, 15000];

function read(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
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

export function newUid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

export class Keeper {
  // `told` hears what becomes of it: box(name, answer, box), line(line, answer or null), refused(name, sentence, text), state(word)
  constructor(room, url, told) {
    this.key = `keepword:room:${room}`;
    this.url = url;
    this.told = told;
    this.boxes = new Map();
    this.lines = read(`${this.key}:lines`, []);
    this.failures = 0;
    this.busy = false;
    addEventListener("online", () => this.soon(0));
    document.addEventListener("visibilitychange", () => this.soon(0));
  }

  // The text to show in a box: the server's, or what this browser holds and could not send yet.
  open(name, text, version) {
    const known = this.boxes.get(name) ?? read(`${this.key}:${name}`, null);
    const unsent = known && (known.flight || known.text !== known.base);
    const box = unsent ? known : { text, base: text, version, flight: null };
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

  add(name, text) {
    this.lines.push({ uid: newUid(), box: name, text });
    write(`${this.key}:lines`, this.lines);
    this.told.line(this.lines.at(-1), null);
    this.told.state("sending");
    this.soon(0);
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

  // Before the page is left: true when all has arrived, false when there is no network or a box was refused.
  async flush() {
    for (let tries = 0; tries < 5 && (this.lines.length || this.waiting().length); tries++) {
      if (!(await this.send())) return false;
    }
    return !this.refused && !this.lines.length && !this.waiting().length;
  }

  get refused() {
    return [...this.boxes.values()].some((box) => box.refused);
  }

  // Sends what waits, one after the other. True when nothing waits any more.
  async send() {
    clearTimeout(this.timer);
    this.since = undefined;
    if (this.busy) return this.busy;
    this.busy = this.sendAll();
    const done = await this.busy;
    this.busy = false;
    if (done && (this.lines.length || this.waiting().length)) this.soon(PAUSE); // typed meanwhile
    return done;
  }

  async sendAll() {
    try {
      while (this.lines.length) await this.sendLine(this.lines[0]);
      for (const name of this.waiting()) await this.sendBox(name);
      this.failures = 0;
      if (!this.lines.length && !this.waiting().length) {
        this.told.state(this.refused ? "refused" : "kept");
      }
      return true;
    } catch (trouble) {
      this.told.state(trouble.signedOut ? "signedOut" : "waiting");
      this.timer = setTimeout(() => this.send(), RETRY[Math.min(this.failures++, RETRY.length - 1)]);
      return false;
    }
  }

  async sendLine(line) {
    const answer = await this.post(line);
    this.lines = this.lines.filter((one) => one.uid !== line.uid);
    write(`${this.key}:lines`, this.lines);
    if (answer.error) this.told.refused(line.box, answer.error, line.text, line.uid);
    else this.told.line(line, answer);
    if (!answer.error && answer.box === "notes" && this.boxes.has("notes")) {
      this.settle("notes", { text: this.boxes.get("notes").base }, { ...answer, merged: true });
    }
  }

  async sendBox(name) {
    const box = this.boxes.get(name);
    box.flight ??= { box: name, uid: newUid(), text: box.text, version: box.version, base: box.base };
    this.store(name);
    const sent = box.flight;
    const answer = await this.post(sent);
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

  async post(fields) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { Accept: "application/json", ...csrf() },
      body: new URLSearchParams(fields),
      redirect: "manual",
      signal: AbortSignal.timeout(8000),
    });
    const known = [200, 404, 409, 422].includes(response.status) && response.headers.get("Content-Type")?.includes("json");
    if (!known) throw Object.assign(new Error(response.status), { signedOut: response.type === "opaqueredirect" || response.status === 403 });
    return response.json();
  }
}

// The room: the server's clock counted on, its cues, and what is typed and tapped (keeping.js). The page works without it.
import { Keeper, alone } from "./keeping.js";

const LAST_QUESTION = 180_000;
const OPENING = 90_000;
const LOOK_AGAIN = 60_000; // what a second device has changed

const form = document.getElementById("boxes");
let seen; // the server's clock, and this phone's at that moment
let phase;

// --- the clock: only differences of the phone's own time are used, so it may be wrong by an hour ----------------------

// a page was made half way between asking and the first byte of the answer
function readClock(asked, answered) {
  const data = document.getElementById("clock").dataset;
  const age = answered ? performance.now() - (asked + answered) / 2 : 0;
  const [now, started, ends, offset] = [data.now, data.started, data.ends, data.offset].map(Number);
  const standing = data.phase === "paused" ? ends - now : null;
  seen = { now: now + age, started, ends, offset, minutes: Number(data.minutes), standing, version: Number(data.version), ...here() };
  phase = data.phase;
  for (const tap of keeper.taps) hear(tap);
}

// this phone's two clocks: one can be set, the other stands while it sleeps
function here() {
  return { at: Date.now(), ran: performance.now() };
}

function serverNow() {
  return seen.now + Date.now() - seen.at;
}

function left() {
  return seen.standing ?? seen.ends - (seen.over ?? serverNow());
}

function phaseNow() {
  if (seen.over) return seen.how;
  if (seen.standing !== null) return "paused";
  if (left() <= 0) return "over";
  if (left() <= LAST_QUESTION) return "soon";
  return serverNow() - seen.started < OPENING ? "begins" : "runs";
}

// what a tap does to the clock, before the server has heard of it
const HEARD = {
  extend({ fields }) {
    const more = fields.minutes * 60_000;
    seen.minutes += Number(fields.minutes);
    seen.ends += more;
    if (seen.standing !== null) seen.standing += more;
  },
  pause({ at }) {
    seen.standing ??= seen.ends - at;
  },
  resume({ at }) {
    if (seen.standing !== null) seen.ends = at + seen.standing;
    seen.standing = null;
  },
  end({ at }) {
    Object.assign(seen, { over: at, how: "ended" });
  },
  no_show({ at }) {
    Object.assign(seen, { over: at, how: "absent" });
  },
  reopen() {
    seen.over = null;
  },
};

function hear(tap) {
  HEARD[tap.tap](tap);
  const ends = new Date(seen.ends + seen.offset).toISOString().slice(11, 16);
  for (const one of everywhere("[data-until]")) one.textContent = ends;
  for (const one of everywhere("[data-of-minutes]")) one.textContent = seen.minutes;
}

// on the page, and in the cues that are still to be said
function everywhere(selector) {
  const cues = [...document.querySelectorAll("template[data-cue]")].map((one) => one.content);
  return [document, ...cues].flatMap((root) => [...root.querySelectorAll(selector)]);
}

function tick() {
  const [byDate, byRun] = [Date.now() - seen.at, performance.now() - seen.ran];
  if (Math.abs(byDate - byRun) > 1000) {
    // it has slept, or its clock was set: until the server answers, the later of the two
    seen = { ...seen, now: seen.now + Math.max(byDate, byRun), ...here() };
    look();
  }
  const seconds = Math.round(Math.abs(left()) / 1000);
  const words = `${left() < 0 && seconds ? "+" : ""}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const clocks = document.querySelectorAll("[data-left], [data-left-too]"); // the large one, and the one in the head
  if ([...clocks].some((clock) => clock.textContent !== words)) {
    for (const clock of clocks) clock.textContent = words;
    const part = 1 - left() / (seen.minutes * 60_000);
    document.querySelector("#clock .gone").setAttribute("width", Math.round(200 * Math.min(1, Math.max(0, part))));
  }
  if (phaseNow() !== phase) turn(phaseNow());
}

// said once per change: the words by the live region, the moment by the hand
function turn(to) {
  phase = to;
  const isOver = left() <= 0;
  for (const clock of document.querySelectorAll("#clock .clock, #peek")) {
    clock.classList.toggle("clock--soon", to === "soon");
    clock.classList.toggle("clock--over", isOver);
  }
  for (const one of document.querySelectorAll("[data-words]")) one.hidden = (one.dataset.words === "over") !== isOver;
  for (const one of document.querySelectorAll("[data-when]")) one.hidden = !one.dataset.when.split(" ").includes(to);
  const cue = document.querySelector(`template[data-cue="${to}"]`);
  document.getElementById("cue").replaceChildren(cue.content.cloneNode(true));
  sayInTheHead();
  if (to === "soon" || to === "over") navigator.vibrate?.(to === "soon" ? [200, 100, 200] : [400, 150, 400, 150, 400]);
}

// who scrolls down to write still sees the time, and what to say
const peek = new IntersectionObserver(
  ([clock]) => {
    document.getElementById("peek").hidden = clock.isIntersecting;
  },
  { rootMargin: "-48px 0px 0px" },
);

function watchClock() {
  peek.disconnect();
  peek.observe(document.querySelector("#clock .clock"));
  document.getElementById("peek").className = document.querySelector("#clock .clock").className.replace("clock ", "room__peek ");
  sayInTheHead();
}

function sayInTheHead() {
  const words = document.querySelector("#cue q") ?? document.querySelector("#cue small");
  const isNews = !["begins", "runs"].includes(phase);
  document.querySelector("#peek [data-say]").textContent = isNews ? words.textContent : "";
}

async function look() {
  if (keeper.taps.length) return keeper.soon(0);
  try {
    const asked = performance.now();
    const response = await fetch(form.dataset.clock, { headers: { Accept: "application/json" }, redirect: "manual" });
    if (!response.ok) return;
    const clock = await response.json();
    if (clock.over || clock.version !== seen.version) return refresh();
    seen = { ...seen, now: clock.now + (performance.now() - asked) / 2, ends: clock.ends, ...here() };
  } catch {
    // no network: the clock goes on by itself
  }
}

// takes the clock, the buttons and the toast from a fresh page; what is being typed stays
async function refresh() {
  const asked = performance.now();
  const response = await fetch(location.href, { redirect: "manual" }).catch(() => null);
  const answered = performance.now();
  if (!response) return; // no network: the next look sees it
  if (response.type === "opaqueredirect") return leave(); // ended on another device
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const id of ["clock", "dock", "toasts"]) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!fresh) return leave();
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  hideSave();
  readClock(asked, answered);
  watchClock();
  tick();
  state(lastState);
  document.dispatchEvent(new CustomEvent("htmx:afterSettle", { detail: { target: document.getElementById("toasts") } }));
}

async function leave() {
  await keeper.flush();
  goOn(location.href);
}

// It is over, and the server knows. Whoever types on is not torn away: then a link leads there.
function goOn(url) {
  if (!seen.over) Object.assign(seen, { over: serverNow(), how: "ended" });
  tick();
  for (const one of document.querySelectorAll("[data-arrived]")) one.hidden = one.dataset.arrived !== "yes";
  document.querySelector("a[data-arrived]").href = url;
  const isTyping = document.activeElement?.closest("#boxes textarea, #boxes input");
  if (!isTyping && keeper.isEmpty && !keeper.refused) location.assign(url);
}

// --- what is typed ----------------------------------------------------------------------------------------------------

let lastState = "";
function state(word) {
  lastState = word;
  const line = document.getElementById("kept");
  const words = line.dataset[word] ?? "";
  if (line.textContent !== words) line.textContent = words;
}

const keeper = form && new Keeper(form.dataset.room, form.dataset.write, {
  state,
  box(name, answer, box) {
    const area = document.getElementById(`box-${name}`);
    if (area && area.value !== box.text) {
      const at = [area.selectionStart, area.selectionEnd];
      area.value = box.text;
      if (document.activeElement === area) area.setSelectionRange(...at);
    }
    if (area) area.removeAttribute("aria-invalid");
    countAsked();
    say(name, answer.said ?? (answer.understood?.length ? `! ${answer.understood.join(" · ")}` : ""));
  },
  line(line, answer) {
    let item = document.getElementById(`kept-${line.uid}`);
    if (!item) {
      document.getElementById("lines").append(document.querySelector(`template[data-kept-line="${line.fields.box}"]`).content.cloneNode(true));
      item = document.getElementById("lines").lastElementChild;
      item.id = `kept-${line.uid}`;
    }
    item.classList.toggle("quiet", !answer);
    const text = line.fields.text;
    item.querySelector("span").textContent = answer?.understood?.[0] && answer.box !== "notes" ? answer.understood[0] : text;
    say(line.fields.box, answer?.said ?? "");
  },
  refused(name, sentence, text, uid) {
    document.getElementById(`kept-${uid}`)?.remove();
    const field = document.getElementById(`box-${name}`) ?? document.getElementById(`line-${name}`);
    field?.setAttribute("aria-invalid", "true");
    if (field && !field.value) field.value = text;
    say(name, sentence, true);
  },
  tapped(answer) {
    if (answer.next) goOn(answer.next);
    else refresh();
  },
});

function say(name, words, isError = false) {
  const line = document.getElementById(`said-${name}`);
  if (!line) return;
  line.className = isError ? "field__error" : "tiny";
  line.textContent = words;
}

function countAsked() {
  const asked = [...form.querySelectorAll("[data-box^=q]")].filter((area) => area.value.trim());
  for (const one of form.querySelectorAll("[data-asked]")) one.textContent = asked.length;
}

function openBoxes() {
  for (const area of form.querySelectorAll("[data-box]")) {
    const text = keeper.open(area.dataset.box, area.defaultValue, Number(area.dataset.version));
    const isTyped = area.value !== area.defaultValue; // before this script ran
    if (isTyped && text === area.defaultValue) keeper.type(area.dataset.box, area.value);
    else if (area.value !== text) area.value = text;
  }
  countAsked();
}

function addLine(name) {
  const field = document.getElementById(`line-${name}`);
  const text = field.value.trim();
  field.removeAttribute("aria-invalid");
  if (text) keeper.add(name, text, serverNow());
  field.value = "";
  field.focus();
}

function hideSave() {
  for (const button of document.querySelectorAll("[data-save]")) button.hidden = true;
}

function act(button) {
  for (const field of form.querySelectorAll("[data-line]")) if (field.value.trim()) addLine(field.dataset.line);
  const fields = button.name ? { [button.name]: button.value } : {};
  const url = new URL(button.formAction).pathname;
  hear(keeper.tap(button.dataset.tap, url, fields, serverNow()));
  tick();
  if (seen.over) document.getElementById("ended").focus();
}

async function stayAwake() {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // refused, as on a low battery
  }
}

if (form) {
  const [page] = performance.getEntriesByType("navigation");
  readClock(page?.requestStart, page?.responseStart);
  watchClock();
  openBoxes();
  hideSave();
  tick();
  setInterval(tick, 250);
  setInterval(look, LOOK_AGAIN);
  stayAwake();
  for (const line of keeper.lines) keeper.told.line(line, null);
  if (keeper.items.length) keeper.soon(0);
  alone(form.dataset.room, () => new Promise(() => {})); // other pages leave it to this one
  form.addEventListener("input", (event) => {
    if (event.target.dataset.box) keeper.type(event.target.dataset.box, event.target.value);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const line = document.activeElement?.dataset.line ?? event.submitter?.dataset.add;
    if (line) addLine(line);
    else if (event.submitter?.dataset.tap) act(event.submitter);
  });
  form.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-arrived]");
    if (!link) return;
    event.preventDefault();
    if (await keeper.flush()) location.assign(link.href);
  });
  form.addEventListener("focusin", (event) => {
    const question = event.target.closest("div.question");
    if (!question || !event.target.dataset.box) return;
    for (const one of form.querySelectorAll(".question--now")) one.classList.remove("question--now");
    question.classList.add("question--now");
  });
  // without a network the page cannot be had again; what is kept would wait for another one
  addEventListener("beforeunload", (event) => {
    if (!navigator.onLine) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    stayAwake();
    look();
  });
  // Undo in the toast has swapped the page: the boxes are new
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "main") location.reload();
  });
}

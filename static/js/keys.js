// One key each for what is a button or a link on the page as well: templates/pages/keys.html lists them. Never while something
// is typed or a dialog is open, and not when they are switched off there.

const OFF = "keepword:keys-off";
const SEQUENCE = 1500; // after g
const FOCUSABLE = "a[href], button, summary";
let since = -Infinity;

const isTyping = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const isCovered = () => document.querySelector("dialog[open], :popover-open");
const isBusy = () => document.querySelector("#main .htmx-request");
const row = () => document.activeElement.closest("#main .rows > .row");
const rows = () => [...document.querySelectorAll("#main .rows > .row")].filter((one) => one.checkVisibility() && one.querySelector(FOCUSABLE));

function use(control) {
  if (!control) return;
  if (control.matches("input, textarea")) control.focus();
  else control.click();
}

// what the page has for a key comes before what the navigation has
function onPage(key) {
  const all = [...document.querySelectorAll(`[data-key="${key}"]`)].filter((one) => !one.closest(".row"));
  return all.find((one) => one.closest("#main")) ?? all[0];
}

function search() {
  if (onPage("/")) use(onPage("/"));
  else location.assign(`${onPage("g c").href}?find`);
}

function capture() {
  use(onPage("c"));
}

function step(by) {
  const all = rows();
  const at = all.indexOf(row());
  const next = at < 0 ? all[0] : all[at + by];
  (next?.querySelector("a.row__what") ?? next?.querySelector(FOCUSABLE))?.focus();
}

// on the row that has the focus; where none has it, the first one gets it
function act(key) {
  if (isBusy()) return;
  const here = row();
  if (here) use(here.querySelector(`[data-key="${key}"]`));
  else if (onPage(key)) use(onPage(key));
  else step(1);
}

// the note box of this page, or of the person the row is about
function note() {
  const box = onPage("n");
  const person = row()?.querySelector("[data-person]");
  if (box) use(box);
  else if (person) location.assign(`${person.dataset.person || person.href}#id_body`);
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  e: () => act("e"),
  s: () => act("s"),
  n: note,
  c: capture,
  "/": search,
  z: () => use(document.querySelector("#toasts form button")),
  "?": () => use(onPage("?")),
  g: () => (since = performance.now()),
};

function press(event) {
  const { key } = event;
  const follows = performance.now() - since < SEQUENCE && onPage(`g ${key}`);
  since = -Infinity;
  if (!follows && !Object.hasOwn(KEYS, key)) return;
  event.preventDefault();
  if (event.repeat && !"jk".includes(key)) return; // a key held down acts once
  if (follows) use(follows);
  else KEYS[key]();
}

function isOff() {
  try {
    return localStorage.getItem(OFF);
  } catch {
    return null;
  }
}

const box = document.querySelector("[data-keys-on]");
if (box) {
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "yes");
    } catch {
      // forbidden: they stay on
    }
  });
}

document.addEventListener("keydown", (event) => {
  const isModified = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (!onPage("?") || isOff() || isModified || event.defaultPrevented || isTyping(event.target) || isCovered()) return;
  press(event);
});

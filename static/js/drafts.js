// What is typed in a form with data-draft outlives the page, in this browser, until the server has it, the account is left,
// or thirty days have passed. Each account has its own. What holds a form that was refused has data-refused.

const PREFIX = "keepword:draft:";
const SENT = "keepword:sent"; // in the tab: the form that was sent last
const LASTS = 30 * 24 * 3600 * 1000;
const { account } = document.body.dataset;
const begun = new WeakSet();

function read(key, storage = "localStorage") {
  try {
    return JSON.parse(window[storage].getItem(key));
  } catch {
    return null;
  }
}

function write(key, value, storage = "localStorage") {
  try {
    if (value) window[storage].setItem(key, JSON.stringify(value));
    else window[storage].removeItem(key);
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

// by the address it is sent to, which a refused form keeps; a name with a slash is one form wherever it stands
function keyOf(form) {
  const { draft } = form.dataset;
  const { pathname } = new URL(form.getAttribute("action") || location.href, location.href);
  return `${PREFIX}${account}:${draft.startsWith("/") ? "" : `${pathname}:`}${draft}`;
}

// a row about a promise or a line of the notes is known by that: its number on the page may be another one tomorrow
function nameOf(field) {
  const row = field.closest("[data-draft-as]");
  const name = row ? `${row.dataset.draftAs}-${field.name.split("-").at(-1)}` : field.name;
  return field.type === "checkbox" ? `${name}=${field.value}` : name;
}

// but for those that a script keeps together in one of its own
function fieldsOf(form) {
  return [...form.elements].filter(({ name, type }) => name && !(form.elements.cards && name.startsWith("times-")) && !["hidden", "password", "file", "submit", "button", "fieldset"].includes(type));
}

function isOn(field) {
  return field.type !== "radio" || field.checked;
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

// what the server put into it
function givenOf(form, field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (field.type === "radio") return fieldsOf(form).find((one) => one.name === field.name && one.defaultChecked)?.value ?? "";
  if (field.options) return ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value ?? "";
  if (field.type === "textarea") return field.defaultValue;
  return Object.assign(document.createElement("input"), { type: field.type, value: field.defaultValue }).value; // no date, no number: ""
}

export function changedIn(form) {
  return fieldsOf(form).filter((field) => isOn(field) && valueOf(field) !== givenOf(form, field));
}

// by hand: a page loaded again or gone back to begins with what the browser itself put back
function typedIn(form) {
  const isPutBack = document.readyState !== "complete" && performance.getEntriesByType("navigation")[0]?.type !== "navigate";
  return isPutBack ? [] : changedIn(form);
}

function put(form, field, value) {
  const target = field.type === "radio" ? fieldsOf(form).find((one) => one.name === field.name && one.value === value) : field;
  if (field.type === "checkbox") field.checked = value;
  else if (!target) field.checked = false;
  else if (field.type === "radio") target.checked = true;
  else field.value = value;
  tellChange(target ?? field);
}

// to what keeps it, and to what reads along
function tellChange(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// only what was touched is kept, field by field: two tabs do not overwrite each other
function keep(form, field) {
  const key = keyOf(form);
  const draft = read(key) ?? { typed: {} };
  const name = nameOf(field);
  const given = draft.typed[name]?.given ?? givenOf(form, field);
  draft.typed[name] = { given, value: valueOf(field) };
  write(key, { ...draft, at: Date.now() });
}

// what was sent is no draft any more, nor what led to it; what another tab typed since stays one
function settle({ key, values, ledBy }) {
  for (const one of ledBy) write(one, null);
  const draft = read(key);
  if (!draft) return;
  const isConfirmed = !Object.keys(values).length; // a form without fields, which says yes to what was typed before
  const left = Object.entries(draft.typed).filter(([name, { value }]) => values[name] !== value);
  write(key, left.length && !isConfirmed ? { ...draft, typed: Object.fromEntries(left) } : null);
}

// a saved form leads to another page; a refused one is the answer itself, and an answer that never came is not that page
function arrive(isAnswered, box = document.getElementById("main")) {
  const sent = read(SENT, "sessionStorage");
  write(SENT, null, "sessionStorage");
  const isRefused = box.hasAttribute("data-refused");
  if (sent?.key.startsWith(`${PREFIX}${account}:`) && (isAnswered || sent.leadsOn) && !isRefused) settle(sent);
  return isRefused && sent?.key;
}

// the fields of a draft that say something else than the page does
function differing(form, draft, early) {
  return Object.entries(draft.typed).flatMap(([name, { given, value }]) => {
    const find = () => fieldsOf(form).find((one) => nameOf(one) === name);
    if (!find() && value) form.dispatchEvent(new CustomEvent("missing", { detail: name }));
    const field = find();
    const isEarly = early.includes(field);
    if (!field || givenOf(form, field) === value || (isEarly && valueOf(field) === value)) return [];
    return [{ field, value, isNewer: isEarly || givenOf(form, field) !== given }];
  });
}

function begin(form, refusedKey) {
  if (begun.has(form)) return;
  begun.add(form);
  const early = typedIn(form); // before this script ran
  const key = keyOf(form);
  const draft = read(key);
  if (draft && key !== refusedKey) putBack(form, draft, early);
  early.forEach(tellChange);
}

function putBack(form, draft, early) {
  const found = differing(form, draft, early);
  if (!found.length) return;
  const take = () => found.forEach(({ field, value }) => put(form, field, value));
  const isNewer = found.some((one) => one.isNewer);
  if (!isNewer) take();
  say(form, found, isNewer && take);
}

// one line over the form: it is here again, or the server has newer words and this may be taken in their place
function say(form, found, take) {
  const line = document.getElementById("draft-said").content.firstElementChild.cloneNode(true);
  const [restored, offered] = line.querySelectorAll("span");
  const [taken, away] = line.querySelectorAll("button");
  const words = found.map(({ value }) => value).find((value) => typeof value === "string" && value) ?? "";
  if (take) {
    restored.remove();
    offered.querySelector("q").textContent = words.length > 60 ? `${words.slice(0, 60).trim()}…` : words;
  } else {
    offered.remove();
    taken.remove();
  }
  taken.addEventListener("click", () => {
    take();
    line.remove();
    found[0].field.focus();
  });
  away.addEventListener("click", () => {
    if (!take) for (const { field } of found) put(form, field, givenOf(form, field));
    write(keyOf(form), null);
    typedIn(form).forEach(tellChange);
    line.remove();
    found[0].field.focus();
  });
  form.prepend(line);
}

function beginAll(refused) {
  for (const form of document.querySelectorAll("form[data-draft]")) begin(form, refused);
}

function start() {
  for (const key of keys()) if (!(read(key)?.at > Date.now() - LASTS)) write(key, null);
  document.addEventListener("input", ({ target }) => {
    const form = target.form?.closest("[data-draft]");
    if (form && fieldsOf(form).includes(target)) keep(form, target);
  });
  document.addEventListener("submit", ({ target: form }) => {
    if (form.matches("[data-draft]")) {
      const values = Object.fromEntries(fieldsOf(form).filter(isOn).map((field) => [nameOf(field), valueOf(field)]));
      const ledBy = form.dataset.ledBy ? [`${PREFIX}${account}:${form.dataset.ledBy}`] : [];
      write(SENT, { key: keyOf(form), values, ledBy }, "sessionStorage");
    } else if (form.matches("[data-signs-out]")) {
      for (const key of keys()) if (key.startsWith(`${PREFIX}${account}:`)) write(key, null);
    }
  }, true);
  document.addEventListener("saved", ({ target }) => write(keyOf(target), null)); // by a script
  document.addEventListener("click", ({ target }) => {
    const link = target.closest("a[data-takes-draft]"); // its address carries the words along
    if (link) write(keyOf(link.closest("form")), null);
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(failure, () => write(SENT, null, "sessionStorage"));
  document.addEventListener("htmx:afterRequest", ({ detail: { xhr } }) => {
    const sent = xhr.getResponseHeader("HX-Redirect") && read(SENT, "sessionStorage");
    if (sent) write(SENT, { ...sent, leadsOn: true }, "sessionStorage"); // to another page, or to sign in
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    const box = document.getElementById(detail.target?.id || "-");
    if (!box?.matches("#main, #capture")) return;
    beginAll(detail.requestConfig?.verb === "post" && arrive(true, box)); // what is fetched meanwhile answers nothing
  });
  document.addEventListener("htmx:historyRestore", () => beginAll(arrive(false)));
  beginAll(arrive(performance.getEntriesByType("navigation")[0]?.redirectCount > 0));
}

// once htmx listens, which reads along what is put back
if (account) document.addEventListener("DOMContentLoaded", start);
else write(SENT, null, "sessionStorage");

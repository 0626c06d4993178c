// The debrief: what was typed survives a closed browser and a second tab, and one more row is a tap away.

const form = document.getElementById("debrief");
const about = form && `keepword:debrief:${form.dataset.draft.split(":")[0]}:`;
const key = form && `keepword:debrief:${form.dataset.draft}`;
const ROW = /^(mine|theirs|meet)-\d+-(what|line|due)$/;

// Only what was touched is kept, field by field: two tabs do not overwrite each other.
function read(from) {
  try {
    return JSON.parse(localStorage.getItem(from)) ?? { typed: {} };
  } catch {
    return { typed: {} };
  }
}

function write(draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

// a row about a promise or a line of the notes is known by that: its number on the page may be another one tomorrow
function nameOf(field) {
  const row = field.closest("[data-draft-as]");
  return row ? `${row.dataset.draftAs}-${field.name.split("-").at(-1)}` : field.name;
}

function fieldOf(name) {
  return form.elements[name] ?? [...form.elements].find((one) => one.name && nameOf(one) === name);
}

function valueOf(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function keep(field) {
  if (!field.name || field.type === "hidden") return;
  const draft = read(key);
  write({ ...draft, typed: { ...draft.typed, [nameOf(field)]: valueOf(field) } });
}

// what leaves with this form; it stays in the draft until the page is seen again, for the network may fail
function markSent() {
  const sent = {};
  for (const field of form.elements) if (field.name && (field.type !== "radio" || field.checked)) sent[nameOf(field)] = valueOf(field);
  write({ ...read(key), sent });
}

function restore() {
  for (const [name, value] of Object.entries(read(key).typed)) {
    if (!fieldOf(name) && ROW.test(name) && value) more(name.split("-")[0], name);
    const field = fieldOf(name);
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
  }
}

// Drafts of an older state: saved, or typed in a tab that was closed while another one saved. Those are laid over.
function layOverOlder() {
  let older = [];
  try {
    older = Object.keys(localStorage).filter((one) => one.startsWith(about) && one !== key);
  } catch {
    return;
  }
  for (const one of older) {
    const { sent, typed } = read(one);
    layOver(Object.fromEntries(Object.entries(typed).filter(([name, value]) => sent?.[name] !== value)));
    localStorage.removeItem(one);
  }
}

function layOver(typed) {
  for (const [name, value] of Object.entries(typed)) {
    const field = fieldOf(name);
    if (field?.tagName === "TEXTAREA") {
      const missing = value.split("\n").filter((line) => line.trim() && !field.value.includes(line.trim()));
      if (!missing.length) continue;
      field.value = [field.value, ...missing].filter(Boolean).join("\n");
      keep(field);
    } else if (ROW.test(name) && !name.endsWith("-due") && value && !isThere(value)) {
      const kind = name.split("-")[0];
      const row = more(kind);
      for (const input of row.querySelectorAll("input")) {
        input.value = input.name.endsWith("-due") ? (typed[name.replace(/what$/, "due")] ?? "") : value;
        keep(input);
      }
    }
  }
}

function isThere(value) {
  return [...form.elements].some((one) => one.value.toLowerCase() === value.trim().toLowerCase());
}

// a copy of the last row, empty, with the next number or the one in `name`
function more(kind, name) {
  const last = [...form.querySelectorAll(`[data-row="${kind}"]`)].at(-1);
  const row = last.cloneNode(true);
  const old = `${kind}-${last.querySelector("[name]").name.split("-")[1]}-`;
  const total = form.elements[`${kind}-TOTAL_FORMS`];
  const n = name ? Number(name.split("-")[1]) : Number(total.value);
  const next = `${kind}-${n}-`;
  total.value = Math.max(Number(total.value), n + 1);
  for (const said of row.querySelectorAll(".field__error, [role=status]")) said.replaceChildren();
  for (const one of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby", "hx-target"]) {
      const value = one.getAttribute(name);
      if (value) one.setAttribute(name, value.replace(old, next));
    }
    one.removeAttribute("aria-invalid");
    if ("value" in one && one.tagName === "INPUT") one.value = "";
  }
  last.after(row);
  window.htmx?.process(row);
  return row;
}

if (form) {
  for (const button of form.querySelectorAll("[data-more], [data-empty]")) button.hidden = false;
  if (!form.querySelector(".banner--late")) {
    restore();
    layOverOlder();
  } else {
    for (const field of form.elements) if (field.type === "textarea" || ROW.test(field.name)) keep(field);
  }
  form.addEventListener("input", (event) => keep(event.target));
  form.addEventListener("submit", markSent);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more], [data-empty]");
    if (!button) return;
    if (button.dataset.more) more(button.dataset.more).querySelector("input").focus();
    else {
      const input = button.closest(".field--line").querySelector("input");
      input.value = "";
      keep(input);
      if (form.querySelectorAll("[data-row=meet]").length > 1) button.closest("[data-row]").remove();
    }
  });
  // what was put back into a date is said again, once htmx listens
  addEventListener("load", () => {
    for (const field of form.querySelectorAll("[name$='-due']")) if (field.value !== field.defaultValue) field.dispatchEvent(new Event("restored"));
  });
}

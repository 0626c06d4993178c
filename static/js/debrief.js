// The debrief: what was typed survives a closed browser, and one more row is a tap away.

const form = document.getElementById("debrief");
const prefix = "keepword:debrief:";
const key = form && prefix + form.dataset.draft;

function fieldsOf(form) {
  return [...form.elements].filter((one) => one.name && one.type !== "hidden" && one.tagName !== "BUTTON");
}

function save() {
  const typed = fieldsOf(form).map((one) => [one.name, one.value, one.checked]);
  try {
    localStorage.setItem(key, JSON.stringify(typed));
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

function restore() {
  const about = key.slice(0, key.lastIndexOf(":") + 1);
  let typed = null;
  try {
    typed = JSON.parse(localStorage.getItem(key));
    // drafts of an older state were saved, or are overtaken
    for (const old of Object.keys(localStorage)) if (old.startsWith(about) && old !== key) localStorage.removeItem(old);
  } catch {
    return;
  }
  for (const [name, value, checked] of typed ?? []) {
    if (/^(mine|theirs|meet)-\d+-/.test(name) && !form.elements[name] && value) more(name.split("-")[0]);
    for (const one of fieldsOf(form)) {
      if (one.name !== name) continue;
      if (["radio", "checkbox"].includes(one.type)) one.checked = one.value === value ? checked : one.checked;
      else one.value = value;
    }
  }
}

// a copy of the last row, empty, with the next number
function more(kind) {
  const last = [...form.querySelectorAll(`[data-row="${kind}"]`)].at(-1);
  const row = last.cloneNode(true);
  const old = last.querySelector("[name]").name.split("-")[1];
  const next = Number(old) + 1;
  row.querySelectorAll(".field__error").forEach((one) => one.replaceChildren());
  for (const one of row.querySelectorAll("*")) {
    for (const name of ["id", "name", "for", "aria-describedby"]) {
      const value = one.getAttribute(name);
      if (value?.startsWith(`${kind}-${old}-`)) one.setAttribute(name, value.replace(`${kind}-${old}-`, `${kind}-${next}-`));
    }
    one.removeAttribute("aria-invalid");
    if ("value" in one && one.tagName === "INPUT") one.value = "";
  }
  last.after(row);
  return row;
}

if (form) {
  for (const button of form.querySelectorAll("[data-more], [data-empty]")) button.hidden = false;
  if (!form.querySelector(".banner--late")) restore();
  form.addEventListener("input", save);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-more], [data-empty]");
    if (!button) return;
    if (button.dataset.more) more(button.dataset.more).querySelector("input").focus();
    else {
      button.closest(".field").remove();
      save();
    }
  });
}

// The debrief: one more row is a tap away, and comes back with what was typed into it (drafts.js).

const form = document.getElementById("debrief");
const ROW = /^(mine|theirs|meet)-\d+-(what|line|due)$/;

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
    if (one.tagName === "INPUT") {
      one.removeAttribute("value"); // what the copied row came with
      one.value = "";
    }
  }
  last.after(row);
  window.htmx?.process(row);
  return row;
}

for (const button of form.querySelectorAll("[data-more], [data-empty]")) button.hidden = false;
form.addEventListener("missing", ({ detail: name }) => ROW.test(name) && more(name.split("-")[0], name));
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-more], [data-empty]");
  if (!button) return;
  if (button.dataset.more) more(button.dataset.more).querySelector("input").focus();
  else {
    const input = button.closest(".field--line").querySelector("input");
    input.value = "";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    if (form.querySelectorAll("[data-row=meet]").length > 1) button.closest("[data-row]").remove();
  }
});

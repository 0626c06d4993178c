// The cards of an offer are one draft (drafts.js): kept in a field that holds them all, and drawn from it by the server.

const form = document.querySelector("form[data-draft=offer]");
const field = Object.assign(document.createElement("input"), { name: "cards", hidden: true });

function cards() {
  const fields = [...new FormData(form)].filter(([name]) => /^(times-|(own_)?minutes$)/.test(name));
  return new URLSearchParams(fields).toString();
}

function keep() {
  if (field.value === cards()) return;
  field.value = cards();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

if (form) {
  field.defaultValue = cards();
  form.append(field);
  form.addEventListener("input", ({ target }) => {
    if (target !== field) keep();
    else if (field.value !== cards()) window.htmx.ajax("GET", `${form.action}?${field.value}`, { target: "#times", select: "#times", swap: "outerHTML" });
  });
  document.addEventListener("htmx:afterSettle", keep);
}

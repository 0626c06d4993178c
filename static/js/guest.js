// The private page of a contact works without this; with it, the browser says which zone it is in, and what was chosen and
// typed so far stays when the page comes again in another zone.

const KEPT = `keepword:guest:${location.pathname}`; // in the tab
const select = document.querySelector("[data-zones] select");
const answer = document.querySelector("form[method=post]");

function putBack() {
  try {
    const typed = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    sessionStorage.removeItem(KEPT);
    for (const [name, value] of typed) {
      const field = answer.elements[name]; // of radios, all of the name
      if (field && field.type !== "hidden") field.value = value;
    }
  } catch {
    // storage forbidden: the page begins anew
  }
}

function keep() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...new FormData(answer)]));
  } catch {
    // full or forbidden
  }
}

if (select) {
  const { form } = select;
  putBack();
  form.addEventListener("submit", keep);
  select.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true;
  if (form.dataset.zones === "guess") {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isAsked = new URLSearchParams(location.search).get("zone") === here; // then the server does not know it
    if (here && !isAsked && here !== select.value) {
      if (![...select.options].some((option) => option.value === here)) select.add(new Option(here, here));
      select.value = here;
      form.requestSubmit();
    }
  }
}

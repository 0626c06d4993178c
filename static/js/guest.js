// The private page of a contact works without this; with it, the browser says which zone it is in.

const select = document.querySelector("[data-zones] select");
if (select) {
  const { form } = select;
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

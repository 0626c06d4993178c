// The private page of a contact works without this; with it, the browser says which zone it is in.

const select = document.querySelector("[data-zones] select");
if (select) {
  const { form } = select;
  select.addEventListener("change", () => form.requestSubmit());
  form.querySelector("button").hidden = true;
  if (form.dataset.zones === "guess") {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const isKnown = [...select.options].some((option) => option.value === here);
    if (isKnown && here !== select.value) {
      select.value = here;
      form.requestSubmit();
    }
  }
}

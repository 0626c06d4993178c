// The thank-you: copies it, and opens it in the mail program as it stands now.

const form = document.querySelector("form#thanks");
const link = document.querySelector("[data-mailto]");
const copy = document.querySelector("[data-copy]");

if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(form.elements.body.value);
    copy.querySelector("span").textContent = copy.dataset.done;
  });
}
link?.addEventListener("click", () => {
  const fields = [["subject", form.elements.subject.value], ["body", form.elements.body.value.replaceAll("\n", "\r\n")]];
  link.href = `mailto:${form.dataset.address}?${fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
});

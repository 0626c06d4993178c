// The thank-you, opened in the mail program as it stands now.

const form = document.querySelector("form#thanks");
const link = document.querySelector("[data-mailto]");

link?.addEventListener("click", () => {
  const fields = [["subject", form.elements.subject.value], ["body", form.elements.body.value.replaceAll("\n", "\r\n")]];
  link.href = `mailto:${form.dataset.address}?${fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
});

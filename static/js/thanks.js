// The thank-you: keeps what is written until it has left, copies it, and opens it in the mail program as it stands now.

const form = document.querySelector("form#thanks");
const link = document.querySelector("[data-mailto]");
const copy = document.querySelector("[data-copy]");
const key = `keepword:thanks:${document.querySelector("[data-thanks]").dataset.thanks}`;

function read() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(typed) {
  try {
    if (typed) localStorage.setItem(key, JSON.stringify(typed));
    else localStorage.removeItem(key);
  } catch {
    // full or forbidden: the page itself still holds it
  }
}

if (!form) write(null); // it leaves
else if (!form.querySelector("[aria-invalid]")) {
  for (const [name, value] of Object.entries(read())) if (form.elements[name]) form.elements[name].value = value;
}
// on the document: Undo in the toast swaps the thank-you in
document.addEventListener("input", (event) => {
  if (event.target.closest("form#thanks")) write({ ...read(), [event.target.name]: event.target.value });
});

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

// The sheet in which a person or a promise is added, over whatever page is open. Without it the same links lead to its page.

const sheet = () => document.getElementById("capture-sheet");
const field = () => document.querySelector("#capture [name=line]");

export async function openCapture(address = "/capture/") {
  if (!sheet()) return field() ? field().focus() : location.assign(address); // its own page, or one of a guest
  if (sheet().open) return;
  sheet().showModal();
  if (field()?.value) return field().focus(); // what was typed before it was closed
  const url = new URL(address, location.href);
  url.searchParams.set("next", location.pathname + location.search);
  await htmx.ajax("GET", url.pathname + url.search, { target: "#capture", swap: "outerHTML" });
  field()?.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-capture]");
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    openCapture(link.href);
  } else if (event.target === sheet()) sheet().close(); // beside it
});

// what was added is seen on the page under it, and the next line starts afresh; "another" brings an empty field, and what is
// refused brings it back
let isAdded = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "main" || !sheet()?.open) return;
  isAdded = true;
  sheet().close();
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target?.id === "capture") field()?.focus();
  if (detail.target?.id !== "main" || !isAdded) return;
  isAdded = false;
  document.getElementById("capture").replaceChildren();
});

// a pasted line break parts what stands around it
document.addEventListener("paste", (event) => {
  const words = event.clipboardData?.getData("text");
  if (event.target !== field() || !/[\r\n]/.test(words ?? "")) return;
  event.preventDefault();
  field().setRangeText(words.trim().replace(/\s*[\r\n]+\s*/g, ", "), field().selectionStart, field().selectionEnd, "end");
  field().dispatchEvent(new Event("input", { bubbles: true }));
});

// Preparing: questions are dragged into order, nothing typed is left behind, and the brief is printed. All works without it.
import { changedIn } from "./drafts.js";

let dragged = null;

const list = () => document.querySelector("[data-order]");
const form = () => document.querySelector("[data-keep]");

// a drag ends in the same post as the buttons Up and Down
function post(path) {
  const button = document.createElement("button");
  button.setAttribute("formaction", path);
  button.hidden = true;
  form().append(button);
  button.click(); // htmx goes by the button clicked
}

function rowAt(y) {
  return [...list().children].find((row) => {
    const { top, height } = row.getBoundingClientRect();
    return row !== dragged && y < top + height / 2;
  });
}

document.addEventListener("pointerdown", (event) => {
  const row = event.target.closest("[data-order] > li");
  if (!row || event.button !== 0 || event.target.closest("button, a")) return;
  if (event.pointerType === "touch" && !event.target.closest("[data-grip]")) return;
  dragged = row;
  dragged.dataset.from = [...list().children].indexOf(row);
});

document.addEventListener("pointermove", (event) => {
  if (!dragged || event.buttons !== 1) return;
  if (!dragged.classList.contains("question--now")) dragged.classList.add("question--now");
  event.preventDefault();
  const before = rowAt(event.clientY);
  if (before && before !== dragged.nextElementSibling) list().insertBefore(dragged, before);
  else if (!before && dragged !== list().lastElementChild) list().append(dragged);
});

function drop() {
  if (!dragged) return;
  const row = dragged;
  dragged = null;
  row.classList.remove("question--now");
  const place = [...list().children].indexOf(row);
  if (place !== Number(row.dataset.from)) post(row.dataset.move.replace(/0\/$/, `${place + 1}/`));
}
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);

// leaving by a link keeps what was typed first; what cannot be kept is shown instead of left behind
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  if (!link || !form() || !changedIn(form()).length || event.metaKey || event.ctrlKey || link.hash) return;
  event.preventDefault();
  const answer = await fetch(form().action, { method: "POST", body: new FormData(form()) }).catch(() => null);
  if (answer?.redirected) {
    form().dispatchEvent(new Event("saved", { bubbles: true }));
    location.assign(link.href);
  } else form().requestSubmit();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// The little that htmx cannot do. Every page works without it.

const toastSeconds = 10;

// the browser knows the zone and the clock: sign-up carries them along
function fillZones(root) {
  for (const field of root.querySelectorAll("[data-twelve-hours]")) {
    if (!field.value) field.value = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12 ? "yes" : "no";
  }
  for (const field of root.querySelectorAll("[data-zone]")) {
    if (!field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
  }
}

// a toast stays ten seconds, and for as long as the hand or the focus is on it
function startToasts(root) {
  for (const toast of root.querySelectorAll("[data-toast]:not([data-started])")) {
    toast.dataset.started = "";
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) setTimeout(leave, 2000);
      else toast.remove();
    };
    setTimeout(leave, toastSeconds * 1000);
  }
}

function say(text) {
  const box = document.getElementById("toasts");
  const toast = document.createElement("div");
  const words = document.createElement("p");
  toast.className = "toast";
  toast.dataset.toast = "";
  words.textContent = text;
  toast.append(words);
  box.replaceChildren(toast);
  startToasts(box);
}

// one open menu at a time; Escape and a tap elsewhere close it
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// a tap in a row: the same action of the rows after it, then of those before it, by their addresses without the version
let tapped = "";
let next = [];

function addressOf(button) {
  return (button.getAttribute("formaction") ?? button.form?.getAttribute("action") ?? "").split("?")[0];
}

function rowButtons() {
  return [...document.querySelectorAll("#main .row button")].filter((button) => button.form);
}

document.addEventListener("submit", ({ submitter }) => {
  if (!submitter) return;
  if (submitter.closest("#toasts")) {
    next = tapped ? [tapped] : []; // what is undone comes back, and with it what was tapped
  } else if (submitter.closest("#main .row")) {
    const verb = (address) => address.replace(/\d+/, "");
    tapped = addressOf(submitter);
    const alike = rowButtons().map(addressOf).filter((address) => verb(address) === verb(tapped));
    const at = alike.indexOf(tapped);
    next = [...alike.slice(at + 1), ...alike.slice(0, at).reverse()];
  } else {
    tapped = "";
    next = [];
  }
}, true);

function focusNext() {
  const buttons = new Map(rowButtons().map((button) => [addressOf(button), button]));
  const button = next.map((address) => buttons.get(address)).find(Boolean);
  const menu = button?.closest("details:not([open])");
  (menu ? menu.querySelector("summary") : button)?.focus();
  return Boolean(button);
}

// a swapped page has lost the focus: it goes on to the next row, or to what says what happened
document.addEventListener("htmx:afterSettle", (event) => {
  startToasts(document);
  fillZones(document);
  if (event.detail.target?.id === "main" && document.activeElement === document.body && !focusNext()) {
    const undo = document.querySelector("#toasts button");
    const main = document.getElementById("main");
    if (undo) undo.focus({ preventScroll: true });
    else {
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    }
  }
});

// a page gone back to is drawn anew: its form keeps the number it was sent with, so that the same words make the same thing
const sent = new Map();
document.addEventListener("submit", ({ target }) => {
  if (target.elements.uid) sent.set(location.pathname, target.elements.uid.value);
}, true);
document.addEventListener("htmx:historyRestore", () => {
  const uid = sent.get(location.pathname);
  for (const field of document.querySelectorAll("#main [name=uid]")) if (uid) field.value = uid;
});

// Ctrl+Z takes back what the toast says, unless a text is being written
document.addEventListener("keydown", (event) => {
  if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.matches("input, textarea, select")) return;
  const undo = document.querySelector("#toasts form button");
  if (!undo) return;
  event.preventDefault();
  undo.click();
});

// an error goes away when its field is changed; whether it is mended the server says
function forgetError({ target }) {
  const group = target.closest("[aria-invalid]") ?? target.closest("fieldset, .field")?.querySelector("[aria-invalid]");
  const field = target.closest("fieldset, .field");
  if (!group || !field?.querySelector(".field__error")) return;
  for (const one of field.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const said of field.querySelectorAll(".field__error:not([role=status])")) said.remove();
  for (const named of document.querySelectorAll(`.banner--late a[href="#${CSS.escape(target.id)}"]`)) {
    const banner = named.closest(".banner");
    const said = banner.querySelector("[data-rest]");
    if (said) said.textContent = said.dataset.rest;
    named.parentElement.remove();
    if (!banner.querySelector("li")) banner.remove();
  }
}
document.addEventListener("input", forgetError);
document.addEventListener("change", forgetError);

// what a room could not send before its page was closed
async function sendWhatIsLeft() {
  try {
    if (document.querySelector("[data-room]") || !Object.keys(localStorage).some((key) => key.startsWith("keepword:room:"))) return;
    const { sendLeft } = await import("./keeping.js");
    if (await sendLeft()) say("What was kept on this phone has arrived.");
  } catch {
    // storage forbidden: then nothing was kept there
  }
}

document.addEventListener("htmx:sendError", () => say("No connection. What you typed is still here; try again in a moment."));
document.addEventListener("htmx:responseError", ({ detail: { xhr } }) => {
  const isSaid = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain"); // see accounts/try_later.py
  say(`${isSaid ? xhr.responseText : "That did not work. Reload the page and try again."} What you typed is still here.`);
});

fillZones(document);
startToasts(document);
sendWhatIsLeft();

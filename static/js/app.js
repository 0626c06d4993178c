// The little that htmx cannot do. Every page works without it.

const toastSeconds = 10;

// the browser knows the zone: sign-up carries it along
function fillZones(root) {
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

// a swapped page has lost the focus: give it to what says what happened
document.addEventListener("htmx:afterSettle", (event) => {
  startToasts(document);
  fillZones(document);
  if (event.detail.target.id === "main" && document.activeElement === document.body) {
    const undo = document.querySelector("#toasts button");
    const main = document.getElementById("main");
    if (undo) undo.focus({ preventScroll: true });
    else {
      main.tabIndex = -1;
      main.focus({ preventScroll: true });
    }
  }
});
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
  const isForNow = [429, 503].includes(xhr.status) && xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  say(`${isForNow ? xhr.responseText : "That did not work. Reload the page and try again."} What you typed is still here.`);
});

fillZones(document);
startToasts(document);
sendWhatIsLeft();

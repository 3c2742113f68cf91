// Small manners of every page: one press sends once, menus close, the current tab is in sight.
import { storage } from "./storage.js";

// A form that is on its way is not sent again. Its button says so, and stays focusable.
const PATIENCE = 10000; // a download leaves the page, and its buttons, where they were
const away = new WeakMap();

function send(form, button) {
  button?.setAttribute("aria-busy", "true");
  away.set(form, { button, timer: setTimeout(() => back(form), PATIENCE) });
}

function back(form) {
  const kept = away.get(form);
  if (!kept) return;
  clearTimeout(kept.timer);
  kept.button?.removeAttribute("aria-busy");
  away.delete(form);
}

addEventListener("submit", (event) => {
  if (!away.has(event.target)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  send(form, event.submitter);
  // Who signs out leaves nothing behind on this device.
  if (form.getAttribute("action")?.endsWith("/account/logout/")) for (const key of storage.keys()) if (key.startsWith("draft:")) storage.remove(key);
});
addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.elt.tagName === "FORM") send(detail.elt, detail.requestConfig?.triggeringEvent?.submitter);
});
addEventListener("htmx:afterRequest", ({ detail }) => back(detail.elt));

// A refused act says why, above the page: htmx puts only good answers into it.
const refusal = document.getElementById("refusal");

function refuse({ type, detail: { xhr, requestConfig } }) {
  if (!refusal || !requestConfig || requestConfig.verb === "get") return; // nobody pressed for it
  const { target, submitter } = requestConfig.triggeringEvent ?? {};
  // A switch shows what is kept, not what was asked for.
  if (target?.type === "checkbox") target.checked = target.defaultChecked;
  const said = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain") && xhr.responseText;
  const bar = refusal.querySelector("template").content.cloneNode(true).firstElementChild;
  bar.querySelector("[data-said]").textContent = said || (type === "htmx:sendError" ? refusal.dataset.unreached : refusal.dataset.failed);
  bar.querySelector("button").addEventListener("click", () => {
    bar.remove();
    (submitter ?? target)?.focus();
  });
  refusal.querySelector(".bar")?.remove();
  refusal.append(bar);
}

addEventListener("htmx:responseError", refuse);
addEventListener("htmx:sendError", refuse);
addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.requestConfig?.verb !== "get") refusal?.querySelector(".bar")?.remove();
});

// Back from the next page, out of the browser's memory: the buttons of this one are ready again.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.forms) back(form);
});

// Menus close by a press elsewhere and by Escape, which leads back to their button.
addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
addEventListener("keydown", ({ key }) => {
  if (key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

// Tabs that do not fit: the current one is scrolled to, and the edge that hides some fades.
for (const tabs of document.querySelectorAll(".tabs")) {
  const current = tabs.querySelector("[aria-current]");
  const fade = () => {
    const rest = tabs.scrollWidth - tabs.clientWidth - tabs.scrollLeft;
    tabs.dataset.more = `${tabs.scrollLeft > 1 ? "before" : ""} ${rest > 1 ? "after" : ""}`.trim();
  };
  if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
  tabs.addEventListener("scroll", fade, { passive: true });
  new ResizeObserver(fade).observe(tabs);
}

// At night what was drawn on white paper stands light on dark. A photograph, which has many colours, is only dimmed.
const PAPER = { side: 48, pale: 190, grey: 24, near: 8, mostly: 0.8, even: 0.5, colours: 60 };

function drawn(image) {
  const { side, pale, grey, near, mostly, even, colours } = PAPER;
  const context = Object.assign(document.createElement("canvas"), { width: side, height: side }).getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, side, side);
  const { data } = context.getImageData(0, 0, side, side);
  const seen = new Set();
  let [light, same] = [0, 0];
  for (let at = 0; at < data.length; at += 4) {
    const dot = data.subarray(at, at + 3);
    if (Math.min(...dot) > pale && Math.max(...dot) - Math.min(...dot) < grey) light += 1;
    if (dot.every((part, which) => Math.abs(part - data[which]) < near)) same += 1;
    seen.add(dot.map((part) => part >> 4).join());
  }
  return light > mostly * side * side && same > even * side * side && seen.size < colours;
}

function look(image) {
  if (!image.matches(".idea .pic > img, .sketch > img") || !image.naturalWidth) return;
  try {
    image.classList.toggle("is-drawn", drawn(image));
  } catch {
    // from another host: nobody may look into it
  }
}

document.addEventListener("load", ({ target }) => target instanceof HTMLImageElement && look(target), true);
for (const image of document.images) if (image.complete) look(image);

// Helpers for writing, in every form with data-writing:
//   [data-mark]   puts Markdown around what is selected: "**", "- " or "[]"
//   [data-file]   names the chosen picture; its button takes it off
//   [data-draft]  is kept on this device under that key until it has arrived; [data-kept] says so
import { storage } from "./storage.js";

const KEEP_AFTER = 500;

// The server names what has arrived: until then it may have to be sent again.
const sent = /(?:^|; )sent=([^;]+)/.exec(document.cookie)?.[1];
if (sent) {
  for (const key of [sent, `${sent}:title`, `${sent}:tags`]) storage.remove(`draft:${key}`);
  document.cookie = "sent=; Max-Age=0; Path=/; SameSite=Lax";
}

function put(text, value, from, to) {
  text.focus();
  // The only way the browser's own undo knows of; it is old, so not everywhere for ever.
  if (!document.execCommand?.("insertText", false, value)) text.setRangeText(value, text.selectionStart, text.selectionEnd, "end");
  if (from !== undefined) text.setSelectionRange(from, to ?? from);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(text, kind) {
  const start = text.selectionStart, chosen = text.value.slice(start, text.selectionEnd);
  if (kind === "- ") {
    const line = text.value.lastIndexOf("\n", start - 1) + 1;
    text.setSelectionRange(line, text.selectionEnd);
    put(text, text.value.slice(line, text.selectionEnd).replace(/^/gm, kind));
  } else if (kind === "[]") {
    put(text, `[${chosen}](https://)`, ...(chosen ? [start + chosen.length + 3, start + chosen.length + 11] : [start + 1]));
  } else {
    put(text, kind + chosen + kind, ...(chosen ? [] : [start + kind.length]));
  }
}

function picture(form) {
  const file = form.querySelector("input[type=file]"), chip = form.querySelector("[data-file]");
  if (!file || !chip) return;
  const show = () => {
    chip.querySelector("[data-name]").textContent = file.files[0]?.name ?? "";
    chip.hidden = !file.files.length;
  };
  file.addEventListener("change", show);
  chip.querySelector("button").addEventListener("click", () => {
    file.value = "";
    show();
    file.focus();
  });
  show();
}

function draft(form, text) {
  const key = `draft:${text.dataset.draft}`, note = form.querySelector("[data-kept]");
  let timer;
  const keep = () => {
    const kept = text.value.trim() ? storage.set(key, text.value) : storage.remove(key);
    if (note) note.hidden = !kept; // what is not kept is not said to be
  };
  if (!text.value) {
    text.value = storage.get(key);
    if (note) note.hidden = !text.value;
  }
  text.addEventListener("input", () => {
    if (note) note.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(keep, KEEP_AFTER);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    keep();
  });
}

for (const form of document.querySelectorAll("form[data-writing]")) {
  const text = form.querySelector("textarea");
  for (const button of form.querySelectorAll("[data-mark]")) button.addEventListener("click", () => mark(text, button.dataset.mark));
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  picture(form);
  for (const field of form.querySelectorAll("[data-draft]")) draft(form, field);
  // The address of a quotation ends in #reply: then autofocus does not count, and going there takes the focus away.
  if (form.querySelector("[name=quote]")) addEventListener("load", () => setTimeout(() => text.focus()));
}

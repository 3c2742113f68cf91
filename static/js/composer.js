// Helpers for writing, in every form with data-writing:
//   [data-mark]   puts Markdown around what is selected: "**", "- " or "[]"
//   [data-file]   names the chosen picture; its button takes it off
//   [data-picture] says what it shows, and its button sends it to that address and puts it where the text is written;
//                 what stays chosen goes with the form
//   [data-draft]  is kept on this device under that key until it has arrived; [data-kept] says so
import { put } from "./insert.js";
import "./mentions.js";
import { storage } from "./storage.js";

const KEEP_AFTER = 500;

// The server names what has arrived: until then it may have to be sent again.
const sent = /(?:^|; )sent=([^;]+)/.exec(document.cookie)?.[1];
if (sent) {
  for (const key of [sent, `${sent}:title`, `${sent}:tags`]) storage.remove(`draft:${key}`);
  document.cookie = "sent=; Max-Age=0; Path=/; SameSite=Lax";
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
  const about = form.querySelector("[data-picture]");
  const show = () => {
    chip.querySelector("[data-name]").textContent = file.files[0]?.name ?? "";
    chip.hidden = !file.files.length;
    about?.classList.toggle("is-chosen", !chip.hidden);
  };
  file.addEventListener("change", show);
  if (about) sending(form, file, about, show); // after it: what is hidden takes no focus
  chip.querySelector("button").addEventListener("click", () => {
    file.value = "";
    show();
    file.focus();
  });
  show();
}

// One picture after another; each keeps the words beside it until it has arrived.
function sending(form, file, about, show) {
  const [alt, button] = [about.querySelector("input"), about.querySelector("button")];
  const [text, said] = [form.querySelector("textarea"), form.querySelector("[data-picture-said]")];
  let written = false;
  text.addEventListener("focus", () => { written = true; });
  const send = async () => {
    const [one] = file.files, body = new FormData();
    if (!one || button.getAttribute("aria-busy")) return;
    body.set("picture", one);
    body.set("alt", alt.value);
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    button.setAttribute("aria-busy", "true");
    said.classList.remove("err");
    said.textContent = about.dataset.sending;
    const { unreached, failed } = document.getElementById("refusal").dataset;
    let wrong = unreached;
    try {
      const answer = await fetch(about.dataset.picture, { method: "POST", body, headers: { "HX-Request": "true" } });
      const words = answer.headers.get("Content-Type")?.startsWith("text/plain") ? await answer.text() : "";
      wrong = answer.ok && words ? "" : words || failed;
      if (!wrong && file.files[0] === one) arrive(words);
    } catch { /* said below */ }
    button.removeAttribute("aria-busy");
    said.classList.toggle("err", Boolean(wrong));
    said.textContent = wrong || about.dataset.there;
  };
  const arrive = (markdown) => {
    if (!written) text.setSelectionRange(text.value.length, text.value.length); // a text nobody was in yet: at its end
    const before = text.value.slice(0, text.selectionStart), after = text.value.slice(text.selectionEnd);
    put(text, (before.trim() ? before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n" : "") + markdown + (after.startsWith("\n\n") ? "" : "\n\n"));
    file.value = alt.value = "";
    show();
  };
  file.addEventListener("change", () => {
    said.textContent = "";
    if (file.files.length) alt.focus();
  });
  button.addEventListener("click", send);
  alt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !file.files.length) return;
    event.preventDefault();
    send();
  });
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

// Who may be meant by an @ and what is typed behind it, in the text of every form[data-mentions], which names where to
// ask. The answer is a listbox of members; what fails or is refused shows none, and the text is written on as before.
import { put } from "./insert.js";

const WAIT = 150;
const GAP = 4;
const HIGHEST = 290; // of a list: one that grows shorter stays on its side of the line
// What decides where a line of a text breaks and how high it is; font as a whole is blank where a variant is set.
const LAID_OUT = [
  "fontFamily", "fontSize", "fontWeight", "fontVariantNumeric", "lineHeight", "letterSpacing", "padding", "border", "direction", "overflowWrap",
  "wordBreak", "lineBreak", "textSpacingTrim", "textAutospace",
];
// As the server reads names: an address of a mailbox is none, and Han letters may stand right before one.
const TYPED = /(?:^|[^A-Za-z0-9_/@.])@([\p{L}\p{M}\p{N}_-]{1,30})$/u;
const REST = /^[\p{L}\p{M}\p{N}_-]*/u;

function typed(text) {
  const end = text.selectionStart;
  return end === text.selectionEnd ? TYPED.exec(text.value.slice(Math.max(0, end - 40), end))?.[1] ?? "" : "";
}

const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

// A Chinese name without the surname, with which it begins; any other name as it is.
const given = (name) => name.replace(/^\p{Script=Han}(?=\p{Script=Han}{1,3}$)/u, "");

// Where a letter of the text stands on the screen: as in an element that is laid out like the field.
function lineOf(text, at) {
  const copy = document.createElement("div"), letter = document.createElement("span"), own = getComputedStyle(text);
  for (const name of LAID_OUT) copy.style[name] = own[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", boxSizing: "border-box", inlineSize: `${text.clientWidth}px` });
  letter.textContent = text.value[at];
  copy.append(text.value.slice(0, at), letter, text.value.slice(at + 1));
  document.body.append(copy);
  const [box, around, place] = [letter.getBoundingClientRect(), copy.getBoundingClientRect(), text.getBoundingClientRect()];
  copy.remove();
  const within = (y) => Math.min(Math.max(y, place.top), place.bottom);
  const middle = place.top + (box.top + box.bottom) / 2 - around.top - text.scrollTop, half = parseFloat(own.lineHeight) / 2;
  return { left: place.left + box.left - around.left, top: within(middle - half), bottom: within(middle + half) };
}

function completion(form) {
  const text = form.querySelector("textarea");
  let [list, timer, asked, writing] = [null, 0, 0, false];
  // What a text of several lines may say of a list: it may be no combobox, nor be expanded (ARIA in HTML; ARIA 1.2).
  text.setAttribute("aria-autocomplete", "list");
  text.setAttribute("aria-haspopup", "listbox");

  function close() {
    clearTimeout(timer);
    asked += 1; // what is on its way comes too late
    list?.remove();
    list = null;
    for (const name of ["aria-activedescendant", "aria-controls"]) text.removeAttribute(name);
  }

  function open(found) {
    close();
    list = found;
    (text.closest("label") ?? text).after(list); // in a label it would be part of the field's name
    text.setAttribute("aria-controls", list.id);
    mark(list.firstElementChild);
    place();
  }

  // Under the line that is being written; above it where there is no room, as in a composer at the foot of the screen.
  function place() {
    const line = lineOf(text, text.selectionStart - typed(text).length - 1);
    const field = text.getBoundingClientRect();
    Object.assign(list.style, { maxInlineSize: `${field.width}px`, left: "0", top: "0" });
    const origin = list.getBoundingClientRect(), room = visualViewport?.height ?? innerHeight;
    const above = line.bottom + HIGHEST > room && line.top > room - line.bottom;
    const left = Math.max(field.left, Math.min(line.left, field.right - origin.width));
    list.style.left = `${left - origin.left}px`;
    list.style.top = `${(above ? line.top - GAP - origin.height : line.bottom + GAP) - origin.top}px`;
  }

  function mark(option) {
    for (const one of list.children) one.setAttribute("aria-selected", String(one === option));
    text.setAttribute("aria-activedescendant", option.id);
  }

  function walk(option) {
    clearTimeout(timer);
    asked += 1; // no answer changes the list one walks through
    mark(option);
  }

  function choose(option) {
    const start = text.selectionStart - typed(text).length, rest = text.value.slice(text.selectionStart);
    const end = text.selectionStart + REST.exec(rest)[0].length;
    close();
    text.setSelectionRange(start, end + (text.value[end] === " " ? 1 : 0));
    put(text, `${option.dataset.username} `);
  }

  async function ask() {
    const beginning = typed(text), number = asked;
    const url = new URL(form.dataset.mentions, location.href);
    url.searchParams.set("q", beginning);
    try {
      const answer = await fetch(url, { headers: { "HX-Request": "true" } });
      const html = answer.ok && !answer.redirected ? await answer.text() : "";
      if (number !== asked) return;
      const found = new DOMParser().parseFromString(html, "text/html").querySelector("[role=listbox]");
      if (found?.firstElementChild && document.activeElement === text) open(found);
      else close();
    } catch {
      if (number === asked) close();
    }
  }

  // Until the next answer is there, nobody is left to be chosen whose names begin in another way.
  function narrow() {
    const beginning = plain(typed(text)), begins = new RegExp(`(?:^|[^\\p{L}\\p{N}])${beginning}`, "u");
    const calledSo = (name) => given(plain(name)).startsWith(beginning);
    for (const option of [...list.children]) {
      const names = [option.querySelector("b").textContent, option.dataset.username];
      if (!begins.test(plain(option.textContent)) && !names.some(calledSo)) option.remove();
    }
    if (!list.firstElementChild) return close();
    if (!list.querySelector("[aria-selected=true]")) mark(list.firstElementChild);
    place();
  }

  function follow() {
    clearTimeout(timer);
    if (writing || !typed(text)) return close();
    asked += 1; // what is on its way answers what is no longer there
    if (list) narrow();
    timer = setTimeout(ask, WAIT);
  }

  const keys = {
    ArrowDown: (option) => walk(option.nextElementSibling ?? list.firstElementChild),
    ArrowUp: (option) => walk(option.previousElementSibling ?? list.lastElementChild),
    Enter: choose,
    Tab: choose,
    Escape: close,
  };
  text.addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    if (!list || event.isComposing || ctrlKey || metaKey || altKey || shiftKey || !Object.hasOwn(keys, key)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Escape closes this and nothing else
    keys[key](list.querySelector("[aria-selected=true]"));
  });
  text.addEventListener("compositionstart", () => { writing = true; close(); });
  text.addEventListener("compositionend", () => { writing = false; follow(); });
  text.addEventListener("input", follow);
  text.addEventListener("blur", close);
  text.addEventListener("scroll", () => list && place());
  document.addEventListener("selectionchange", () => { if (list && !typed(text)) close(); });
  form.addEventListener("mousedown", (event) => { if (list?.contains(event.target)) event.preventDefault(); }); // the field keeps the focus
  form.addEventListener("click", (event) => {
    const option = list?.contains(event.target) && event.target.closest("[role=option]");
    if (option) choose(option);
  });
}

for (const form of document.querySelectorAll("form[data-mentions]")) completion(form);

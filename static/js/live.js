// One WebSocket a page. Elements say what they listen to:
//   data-live="topic:7" data-live-sequence="41" data-live-repair="/topics/7/since/"
// When it is behind, by a message or by where the channel stands at connecting, the element asks its repair address
// for all that came after its sequence; the answer's elements are appended to data-live-append or replace those with the same id
// that look different. What was appended before the reader's eyes is told to data-live-read, with the page's first
// number, data-live-from; data-live-seen is the last one told. data-live-say is read out when something was appended,
// or, if there is a data-live-say-of, after a message of that kind. What the reader did themselves, an element that a
// press brought says: data-live-did is the kind others hear of, and data-live-say is read out instead. An answer with data-live-whole holds all there is:
// what is not in it goes.
const parts = [...document.querySelectorAll("[data-live]")];
const polite = document.createElement("p");
polite.className = "vh";
polite.setAttribute("role", "status");
const OWN = 5000; // as long after a press as the message of it may take
const did = {};
let wait = 1000;

async function repair(part, kind) {
  if (kind) part.dataset.liveKinds = `${part.dataset.liveKinds ?? ""} ${kind}`;
  if (part.dataset.liveBusy) { part.dataset.liveAgain = "1"; return; }
  part.dataset.liveBusy = "1";
  try {
    // Not everybody at once: a crowd of readers spreads over a third of a second.
    await new Promise((done) => setTimeout(done, Math.random() * 300));
    const url = new URL(part.dataset.liveRepair, location.href);
    url.searchParams.set("after", part.dataset.liveSequence);
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (answer.ok && !answer.redirected) place(part, await answer.text());
  } catch { /* the next message or reconnection tries again */ } finally {
    delete part.dataset.liveBusy;
    if (part.dataset.liveAgain) { delete part.dataset.liveAgain; repair(part); }
  }
}

function place(part, html) {
  const box = new DOMParser().parseFromString(html, "text/html").body;
  const root = box.firstElementChild;
  if (!root) return;
  const kinds = (part.dataset.liveKinds ?? "").split(" ");
  delete part.dataset.liveKinds;
  part.dataset.liveSequence = root.dataset.liveSequence ?? part.dataset.liveSequence;
  if (part.dataset.liveReplace) { document.querySelector(part.dataset.liveReplace)?.replaceChildren(...root.childNodes); part.classList.toggle("dot", root.classList.contains("dot")); return; }
  const focused = document.activeElement?.id;
  const list = part.dataset.liveAppend && document.querySelector(part.dataset.liveAppend);
  if (list && root.hasAttribute("data-live-whole")) {
    const all = new Set([...root.children].map((child) => child.id));
    for (const one of [...list.children]) if (!all.has(one.id)) one.remove();
  }
  let appended = false;
  for (const child of [...root.children]) {
    const known = child.id && document.getElementById(child.id);
    if (known) refresh(known, child);
    if (known && looks(known) === looks(child)) continue;
    own(known, child);
    if (known) known.replaceWith(child);
    else if (list && root.hasAttribute("data-live-whole")) list.append(child);
    else if (list) appended = append(list, child, root.dataset.liveGap) || appended;
    if (window.htmx) window.htmx.process(child);
  }
  if (appended) seen(part);
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
  const { liveSay: words, liveSayOf: kind } = root.dataset;
  if (words && (kind ? kinds.includes(kind) && !isOwn(kind) : appended)) polite.textContent = words;
}

// The message of a press may be here before the answer to it.
function isOwn(kind) {
  return Date.now() - did[kind] < OWN || document.querySelector("form.htmx-request") !== null;
}

addEventListener("htmx:afterSettle", () => {
  for (const one of document.querySelectorAll("[data-live-did]")) {
    did[one.dataset.liveDid] = Date.now();
    polite.textContent = one.dataset.liveSay;
    delete one.dataset.liveDid;
  }
});

// What stays as it is stays where it is, with the focus and what is selected in it. The reader's own buttons, the
// token, what a press leaves on an element and how long ago it was are not part of its looks.
function looks(element) {
  const plain = element.cloneNode(true);
  for (const one of plain.querySelectorAll(".acts, [data-fresh], input[name=csrfmiddlewaretoken]")) one.remove();
  for (const one of plain.querySelectorAll("[aria-busy]")) one.removeAttribute("aria-busy");
  for (const one of plain.querySelectorAll("[class*=htmx-]")) one.className = one.className.replace(/\s*htmx-\S+/g, "");
  return plain.outerHTML.replace(/>\s+</g, "><"); // htmx leaves spaces where it puts something
}

const number = (element) => Number(/\d+$/.exec(element?.id ?? "")?.[0] ?? 0);

// The answer holds the latest elements only: older ones than the page shows belong to another page, and where some
// are missing in between the page says so.
function append(list, child, gap) {
  const last = number([...list.children].findLast((element) => element.id));
  if (last && number(child) <= last) return false;
  if (gap && last && number(child) > last + 1) {
    const line = document.createElement("li"), link = document.createElement("a");
    line.className = "seen";
    list.dataset.gap = ""; // what is below it does not count as read
    link.href = "";
    link.textContent = gap;
    line.append(link);
    list.append(line);
  }
  list.append(child);
  return true;
}

// Nothing is read in a window that is behind others: that is told when it comes to the front.
async function seen(part) {
  const list = document.querySelector(part.dataset.liveAppend), token = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (!part.dataset.liveRead || !list || !token || "gap" in list.dataset || document.visibilityState !== "visible") return;
  const last = number([...list.children].findLast((element) => element.id));
  if (last <= Number(part.dataset.liveSeen)) return;
  const body = new URLSearchParams({ from: part.dataset.liveFrom, number: last, csrfmiddlewaretoken: token.value });
  try {
    const answer = await fetch(part.dataset.liveRead, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (answer.ok) part.dataset.liveSeen = Math.max(last, part.dataset.liveSeen);
  } catch { /* told with the next one, or by the next page */ }
}

addEventListener("visibilitychange", () => parts.forEach(seen));

// The numbers beside the reader's own buttons, and how long ago it was.
function refresh(known, fresh) {
  for (const now of fresh.querySelectorAll("[data-fresh]")) {
    const shown = known.querySelector(`[data-fresh="${now.dataset.fresh}"]`);
    if (shown && shown.textContent !== now.textContent) shown.textContent = now.textContent;
  }
}

// What is sent to everybody holds nobody's buttons and no token: on a post that is there already the reader's own
// stay; in a new one the forms get the page's token.
function own(known, fresh) {
  const mine = known && known.querySelector(".acts"), theirs = fresh.querySelector(".acts");
  if (mine && theirs) theirs.replaceWith(mine);
  const token = document.querySelector("input[name=csrfmiddlewaretoken]");
  for (const form of fresh.querySelectorAll("form[method=post]")) {
    if (token && !form.querySelector("input[name=csrfmiddlewaretoken]")) form.prepend(token.cloneNode());
  }
}

function behind(part, message) {
  const known = Number(part.dataset.liveSequence);
  // A replaced element has no order of its own: whatever happens to it is fetched.
  if (part.dataset.liveReplace) return message.kind !== "listening" || message.sequence !== known;
  // A message without a number is of a change nobody may count.
  return message.sequence === undefined || message.sequence > known;
}

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/`);
  socket.onopen = () => {
    wait = 1000;
    socket.send(JSON.stringify({ listen: [...new Set(parts.map((part) => part.dataset.live))] }));
  };
  // The first answer for a channel says where it stands: that repairs what was missed while the page loaded or the
  // connection was away.
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    for (const part of parts) if (part.dataset.live === message.channel && behind(part, message)) repair(part, message.kind);
  };
  socket.onclose = () => {
    setTimeout(connect, wait + Math.random() * 1000);
    wait = Math.min(wait * 2, 30000);
  };
}

if (parts.length && "WebSocket" in window) { document.body.append(polite); connect(); }

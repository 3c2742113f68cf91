// A page's own list of links (nav[data-here]) marks the section that is being read.
for (const nav of document.querySelectorAll("nav[data-here]")) {
  const links = new Map([...nav.querySelectorAll('a[href^="#"]')].map((link) => [link.hash.slice(1), link]));
  const section = (id) => document.getElementById(id);
  let marked;

  function mark() {
    // The last section that begins above the middle of the screen; at the end of the page the last one of all.
    const end = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const begun = [...links.keys()].filter((id) => end || section(id)?.getBoundingClientRect().top < innerHeight / 2);
    const link = links.get(begun.at(-1) ?? links.keys().next().value);
    if (link === marked) return;
    marked?.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    // On a narrow screen the links scroll sideways: bring the marked one into view, without moving the page.
    nav.scrollTo({ left: link.offsetLeft - nav.clientWidth / 3, behavior: "instant" });
    marked = link;
  }

  addEventListener("scroll", mark, { passive: true });
  addEventListener("resize", mark, { passive: true });
  mark();
}

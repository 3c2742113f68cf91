"""What axe complains of in a page."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT

# Axe takes every colour apart again for each element and each of its ancestors: a quarter of all it does.
KNOWN_COLOURS = """(() => {
  const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
  colour.parseString = function (text) {
    if (!known.has(text)) {
      const { r, g, b, alpha } = parse.call(this, text);
      known.set(text, { r, g, b, alpha });
    }
    return Object.assign(this, known.get(text));
  };
})();"""
LOADED = f"{AXE_SCRIPT};{KNOWN_COLOURS}"

# Colours that still fade would be taken for what they are in between.
SETTLED = "() => { document.body.offsetWidth; document.getAnimations().forEach((one) => one.finish()); }"
FOUND = """(only) => axe.run({ resultTypes: ["violations"], ...only }).then(({ violations }) => {
  const line = (rule, node) =>
    `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary.split("\\n").at(-1).trim()}`;
  return violations.flatMap((rule) => rule.nodes.map((node) => line(rule, node)));
})"""
OTHER = {"light": "dark", "dark": "light"}
OF_COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}


def found_by_axe(page, theme, *, both=True):
    """One line for each element a rule complains of; the page was opened with ``LOADED`` as its first script.

    All of it is looked at in the ``theme`` it is in, and with ``both`` what depends on colours in the other one.
    """
    found = _found(page)
    if not both:
        return found
    page.emulate_media(color_scheme=OTHER[theme])
    found += [f"{OTHER[theme]}: {line}" for line in _found(page, OF_COLOURS)]
    page.emulate_media(color_scheme=theme)
    return found


def _found(page, only=None):
    page.evaluate(SETTLED)
    return page.evaluate(FOUND, only or {})

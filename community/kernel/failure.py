"""The page for when everything else may be broken: no database, no template, no file is needed to show it."""

from __future__ import annotations

import base64
import hashlib

from django.utils.html import escape
from django.utils.translation import gettext as _

# A few of the tokens' values, because their file may not be there.
STYLE = """
:root { color-scheme: light; --paper: #fbfcfc; --ink: #171d20; --ink-2: #484f53; --line: #b8bdc0; --signal: #ee6120; }
:root[data-theme=dark] {
  color-scheme: dark; --paper: #101416; --ink: #e9eced; --ink-2: #b4babd; --line: #4b5256; --signal: #ff8a3d;
}
@media (prefers-color-scheme: dark) {
  :root:not([data-theme=light]) {
    color-scheme: dark; --paper: #101416; --ink: #e9eced; --ink-2: #b4babd; --line: #4b5256; --signal: #ff8a3d;
  }
}
* { box-sizing: border-box; margin: 0; }
body {
  min-height: 100vh; padding: 2rem clamp(1rem, 5vw, 5rem); background: var(--paper); color: var(--ink);
  font-size: 1.0625rem; line-height: 1.55;
  font-family: -apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "PingFang SC", "Noto Sans SC", sans-serif;
}
:lang(zh) body { line-height: 1.75; }
header { font-weight: 600; padding-block-end: clamp(3rem, 12vh, 8rem); }
main { max-width: 42rem; display: grid; gap: 1rem; }
svg { width: 9rem; height: 2rem; overflow: visible; stroke: var(--line); }
.now { stroke: var(--signal); stroke-width: 3; }
h1 { font-size: clamp(1.5rem, 1.3rem + .85vw, 2rem); font-weight: 500; line-height: 1.2; }
:lang(zh) h1 { font-weight: 600; line-height: 1.4; }
p { color: var(--ink-2); }
nav { display: flex; flex-wrap: wrap; gap: 1rem; padding-block-start: 1rem; }
a {
  min-height: 2.75rem; display: grid; place-items: center; padding: 0 1.125rem; border: 1px solid var(--line);
  border-radius: 2px; color: var(--ink); font-weight: 600; text-decoration: none;
}
a:first-child { background: var(--ink); border-color: var(--ink); color: var(--paper); }
a:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
"""
# The one style the content security policy lets into a page, by its fingerprint.
STYLE_SOURCE = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
# A ruler that stops.
RULER = (
    '<svg viewBox="0 0 144 32" aria-hidden="true"><path d="M1 32V8M13 32V20M25 32V20M37 32V20M49 32V20M61 32V8"/>'
    '<path class="now" d="M73 32V2"/></svg>'
)


def words(*, away: bool) -> tuple[str, str]:
    """Title and text, in the language that is active."""
    if away:
        text = _("Our database does not answer just now. What you sent is kept whole, or not at all, never in part.")
        return _("Back in a moment"), text
    text = _("Nothing you sent was half done: it is kept whole, or not at all. The error is in our log.")
    return _("Something broke on our side"), text


def page(*, language: str, theme: str, brand: str, here: str, away: bool = False) -> str:
    """The page in the language that is active; ``here`` is where trying again leads.

    ``away``: nothing broke, but the database does not answer.
    """
    title, text = words(away=away)
    shown = {
        "site": _("%(brand_name)s Paddock") % {"brand_name": brand},
        "title": title,
        "text": text,
        "again": _("Try again"),
        "home": _("To the home page"),
    }
    said = {name: escape(text) for name, text in shown.items()}
    mode = f' data-theme="{theme}"' if theme in {"light", "dark"} else ""
    return (
        f'<!doctype html><html lang="{language}"{mode}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{said['title']} · {said['site']}</title><style>{STYLE}</style></head>"
        f"<body><header>{said['site']}</header><main>{RULER}<h1>{said['title']}</h1><p>{said['text']}</p>"
        f'<nav><a href="{escape(here)}">{said["again"]}</a><a href="/">{said["home"]}</a></nav></main></body></html>'
    )

"""What every page owes its readers: nothing for axe to find, and a small first load."""

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.browser

GUEST = [
    "/account/login/",
    "/account/signup/",
    "/account/password/reset/",
    "/account/login/code/",
    "/privacy/",
    "/",
    "/nowhere/",
]
MEMBER = [
    "/",
    "/search/?q=rack",
    "/search/?q=nothingatall",
    "/notifications/",
    "/me/space/",
    "/me/welcome/",
    "/boards/",
    "/boards/touring/new/",
    "/boards/touring/?tag=none",
    "/new/",
    "/clubs/",
    "/clubs/?q=4T",
    "/clubs/?q=nothingatall",
    "/ideas/",
    "/contests/more-light/new/",
    "/articles/",
]
ACCOUNT = ["/account/email/", "/account/2fa/", "/account/sessions/", "/account/password/change/"]
SEEDED = ["board", "topic", "long", "contest", "idea", "club", "club-members", "space", "article"]
KILOBYTE = 1000


def found_by_axe(page):
    """One line for each element a rule complains of."""
    results = Axe().run(page).response
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'].splitlines()[-1].strip()}"
        for rule in results["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_finds_nothing(visit, server, sign_in, language, theme):
    width = 1280 if theme == "light" else 390
    page, found = visit(language=language, theme=theme, width=width), {}
    for address in GUEST:
        page.goto(address)
        found[f"guest {address}"] = found_by_axe(page)
    sign_in(page, "maja" if language == "en" else "lin")
    for address in [*MEMBER, *ACCOUNT, *(server.places[name] for name in SEEDED)]:
        page.goto(address)
        assert page.locator("html").get_attribute("lang") == {"en": "en", "zh-hans": "zh-Hans"}[language]
        found[address] = found_by_axe(page)
    assert {address: lines for address, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("who", "address", "shows"),
    [
        ("", "/", "main"),
        ("", "topic", "main"),
        ("maja", "topic", "form#reply textarea"),
        ("maja", "/me/knows/", "#interests"),
        ("of-market", "/workbench/people/?q=", "#save"),
    ],
)
def test_the_first_load_is_small(page, server, sign_in, who, address, shows):
    if who:
        sign_in(page, who)
    loaded = []
    page.on("response", lambda response: loaded.append(response))  # noqa: PLW0108 - Playwright wants a function
    page.goto(server.places.get(address, address), wait_until="networkidle")
    assert page.locator(shows).count() == 1
    files = {kind: [one for one in loaded if one.request.resource_type == kind] for kind in ("script", "stylesheet")}
    assert len(files["script"]) >= page.locator("script[src]").count()  # what the browser had kept is weighed too
    sizes = {kind: sum(len(gzip.compress(one.body())) for one in found) for kind, found in files.items()}
    assert 0 < sizes["script"] < 60 * KILOBYTE
    assert 0 < sizes["stylesheet"] < 30 * KILOBYTE


WIDE = ["/", "/search/?q=rack", "/account/login/", "/privacy/", "board", "topic", "long", "contest", "space", "club"]


@pytest.mark.parametrize("width", [320, 390, 820])
def test_no_page_is_wider_than_its_screen(visit, server, sign_in, width):
    page, found = visit(width=width, height=740), {}
    for who, addresses in (("guest", WIDE), ("maja", [*WIDE, *ACCOUNT, "/boards/touring/new/", "/me/space/"])):
        if who != "guest":
            sign_in(page, who)
        for address in addresses:
            page.goto(server.places.get(address, address))
            found[who, address] = page.evaluate("document.documentElement.scrollWidth")
    assert {where: wide for where, wide in found.items() if wide > width} == {}

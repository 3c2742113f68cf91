"""What every page owes its readers: nothing for axe to find, and a small first load."""

import asyncio
import gzip

import pytest

from tests.browser.people import speaker

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
SEEDED = ["board", "topic", "long", "contest", "idea", "club", "club-about", "club-members", "space", "article"]
KILOBYTE = 1000


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_finds_nothing(looked, server, sign_in, language):
    page, look = looked(language)
    for address in GUEST:
        page.goto(address)
        look(f"guest {address}")
    sign_in(page, speaker("maja", language))
    for address in [*MEMBER, *ACCOUNT, *(server.places[name] for name in SEEDED)]:
        page.goto(address)
        assert address in page.url
        look(address)


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
    page.on("response", lambda response: loaded.append(response))
    page.goto(server.places.get(address, address), wait_until="networkidle")
    assert page.locator(shows).count() == 1
    files = {kind: [one for one in loaded if one.request.resource_type == kind] for kind in ("script", "stylesheet")}
    assert len(files["script"]) >= page.locator("script[src]").count()  # what the browser had kept is weighed too
    sizes = {kind: sum(len(gzip.compress(one.body())) for one in found) for kind, found in files.items()}
    assert 0 < sizes["script"] < 60 * KILOBYTE
    assert 0 < sizes["stylesheet"] < 30 * KILOBYTE


WIDE = ["/", "/search/?q=rack", "/account/login/", "/privacy/", "board", "topic", "long", "contest", "space", "club"]


WIDTHS = (320, 390, 820)


@pytest.mark.parametrize("who", ["", "maja"])
def test_no_page_is_wider_than_its_screen(visit, server, sign_in, who):
    page, found = visit(width=WIDTHS[0], height=740), {}
    if who:
        sign_in(page, who)
    for address in [*WIDE, *([*ACCOUNT, "/boards/touring/new/", "/me/space/"] if who else [])]:
        page.goto(server.places.get(address, address))
        found |= {(address, width): more for width, more in wider(page, WIDTHS).items()}
    assert found == {}


def wider(page, widths):
    """By how much the page that is open is wider than the screens it does not fit."""
    found = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        found[width] = page.evaluate("document.documentElement.scrollWidth") - width
    return {width: more for width, more in found.items() if more > 0}


def test_a_printed_topic_is_what_was_written(page, server):
    page.goto(server.places["topic"])
    aside = page.locator("aside.side")
    assert aside.is_visible()
    page.emulate_media(media="print")
    assert (aside.is_visible(), page.locator("#p1").is_visible()) == (False, True)


def test_no_loop_is_marked_as_running_for_what_comes_after(launched):
    with pytest.raises(RuntimeError):
        asyncio.get_running_loop()


def test_the_words_of_a_plain_button_begin_where_its_row_does(visit, server, sign_in):
    page = visit(width=320, height=700)
    sign_in(page, "of-brand")
    page.goto(server.places["club"])
    place = page.locator(".head-do > .btn-text").evaluate(
        "link => { const words = document.createRange(); words.selectNodeContents(link);"
        "return [words.getBoundingClientRect().left, link.parentElement.getBoundingClientRect().left] }"
    )
    assert place[0] == pytest.approx(place[1], abs=0.5)

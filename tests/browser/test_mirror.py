"""The mirror and the Workbench in a browser: what was done is seen, menus close, nothing for axe to find."""

import pytest

from tests.browser.test_pages import wider

pytestmark = pytest.mark.browser

MIRROR = ["/me/knows/", "/me/knows/looks/", "/me/knows/history/", "/me/knows/erase/"]
DESK = [
    "/workbench/",
    "/workbench/people/",
    "/workbench/people/?q=-stage:fading&rows=compact",
    "/workbench/people/?q=intrest:x",
    "/workbench/segments/",
    "/workbench/terms/",
]
PHONES = (320, 390)


@pytest.fixture
def mirror(visit, sign_in):
    """The mirror of somebody who adds two interests."""

    def open_it(**options):
        page = visit(**options)
        sign_in(page, "otto")
        page.goto("/me/knows/")
        for term in ("camping", "hiking"):
            if not page.locator(f"#i-{term}").count():
                page.fill("#term", term)
                page.click("form.add button")
                page.wait_for_url("**/me/knows/#interests")
        return page

    return open_it


def permit_news(page):
    """Somebody may be told about product news by e-mail."""
    page.goto("/me/knows/")
    if not page.is_checked("#p-email-product_news"):
        page.check("#p-email-product_news")
        page.wait_for_selector("#permits [role=status]:has-text('Kept')")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("who", "addresses"), [("otto", MIRROR), ("of-market", DESK)], ids=["mirror", "workbench"])
def test_axe_finds_nothing_in_the_mirror_and_the_workbench(looked, language, who, addresses):
    page, look = looked(language, who)
    for address in addresses:
        page.goto(address)
        look(address)


def test_what_was_done_is_seen_without_scrolling(mirror):
    page = mirror(width=390, height=844)
    page.goto("/me/knows/#leave")
    page.click("#i-camping button[value=mute]")
    said = page.locator("#interests [role=status]")
    said.wait_for()
    top, bottom = page.evaluate(
        "(() => { const box = document.querySelector('#interests [role=status]').getBoundingClientRect();"
        " return [box.top, innerHeight - box.bottom] })()"
    )
    assert top > 0 and bottom > 0
    said.locator("button").click()
    page.wait_for_selector("#i-camping button[value=mute]")


def test_an_unknown_word_comes_back_in_view_and_ready_to_be_changed(mirror):
    page = mirror(width=390, height=844)
    page.fill("#term", "campin")
    page.click("form.add button")
    page.wait_for_selector("#term_error")
    assert page.evaluate("document.activeElement.id") == "term"
    assert 0 < page.locator("#term").bounding_box()["y"] < 700


def test_one_menu_is_open_at_a_time_and_closes_on_escape_and_elsewhere(mirror):
    page = mirror()
    menus = page.locator("details.menu[open]")
    page.click("#i-camping .menu > summary")
    page.focus("#i-hiking .menu > summary")
    page.keyboard.press("Enter")
    assert menus.count() == 1
    page.keyboard.press("Escape")
    assert menus.count() == 0
    assert page.evaluate("document.activeElement.closest('li').id") == "i-hiking"
    page.click("#i-camping .menu > summary")
    page.click("#interests-h")
    assert menus.count() == 0


def test_the_links_of_the_page_mark_the_section_that_is_read(mirror):
    page = mirror(width=390, height=844)
    page.goto("/me/knows/")
    marked = page.locator("nav[data-here] [aria-current]")
    assert marked.get_attribute("href") == "#interests"
    page.click("nav[data-here] a[href='#permits']")
    page.wait_for_function("document.querySelector('nav[data-here] [aria-current]').hash === '#permits'")
    assert marked.count() == 1
    box = page.locator("#permits-h").bounding_box()
    nav = page.locator("nav[data-here]").bounding_box()
    assert nav["y"] + nav["height"] <= box["y"]


def test_a_segment_is_deleted_only_when_asked_again(visit, sign_in):
    page = visit()
    sign_in(page, "of-market")
    page.goto("/workbench/people/?q=language:en")
    page.fill("#segment-name", "Readers")
    page.click("#save button")
    page.wait_for_selector("text=Saved: “Readers”.")
    row = page.locator("tr", has_text="Readers")
    row.locator(".menu > summary").click()
    assert not row.locator("button[value=delete]").is_visible()
    row.locator(".sure > summary").click()
    row.locator("button[value=delete]").click()
    page.wait_for_selector("text=Deleted: “Readers”.")
    assert page.locator("tr", has_text="Readers").count() == 0


@pytest.mark.parametrize(("who", "addresses"), [("otto", MIRROR), ("of-market", DESK)], ids=["mirror", "workbench"])
def test_the_mirror_and_the_workbench_are_never_wider_than_a_phone(visit, sign_in, who, addresses):
    page, wide = visit(width=PHONES[0], height=740), {}
    sign_in(page, who)
    if who == "otto":
        permit_news(page)
    for address in addresses:
        page.goto(address)
        wide |= {(address, width): more for width, more in wider(page, PHONES).items()}
    assert wide == {}


@pytest.mark.parametrize("width", PHONES)
def test_dismissing_a_word_is_well_away_from_making_it_a_keyword(visit, sign_in, width):
    page = visit(width=width, height=844)
    sign_in(page, "of-market")
    page.goto("/workbench/terms/")
    dismiss = page.locator("button[value=dismiss]").first.bounding_box()
    make = page.locator(".fate summary").first.bounding_box()
    assert make["y"] == dismiss["y"]
    assert make["x"] - dismiss["x"] - dismiss["width"] >= 24

"""Naming somebody in a text: who is offered while one types, and how one of them is chosen."""

import pytest

from tests.browser.axe import LOADED, found_by_axe

pytestmark = pytest.mark.browser

TEXT = "textarea[name=source]"
LIST = "#mentions"
OPTIONS = f"{LIST} [role=option]"
MARKED = f"{LIST} [aria-selected=true]"


def offered(page):
    page.wait_for_selector(LIST)
    return page.locator(OPTIONS).evaluate_all("options => options.map((one) => one.dataset.username)")


def marked(page):
    """The one that would be chosen, which the field names too."""
    name = page.locator(MARKED).get_attribute("id")
    assert page.locator(TEXT).get_attribute("aria-activedescendant") == name
    return page.locator(MARKED).get_attribute("data-username")


def test_somebody_is_named_by_keyboard_and_the_name_leads_to_them(visit, server, sign_in):
    page = visit(width=390, height=800, theme="dark")
    page.add_init_script(LOADED)
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.click(TEXT)
    page.keyboard.type("Ask @o")
    assert {"otto"} < set(offered(page))
    assert page.locator(TEXT).get_attribute("aria-controls") == page.locator("[role=listbox]").get_attribute("id")
    assert found_by_axe(page, "dark") == []
    first = marked(page)
    page.keyboard.press("ArrowUp")
    assert marked(page) == offered(page)[-1] != first
    page.keyboard.press("ArrowDown")
    assert marked(page) == first
    page.keyboard.type("tt")  # faster than an answer
    page.keyboard.press("Enter")
    assert (page.input_value(TEXT), page.locator(LIST).count()) == ("Ask @otto ", 0)
    page.keyboard.type("about it.")
    page.click("#reply button[type=submit]:not([name])")
    page.wait_for_url("**#p*")
    page.locator("#posts > li").last.get_by_role("link", name="@otto").click()
    page.wait_for_url("**/members/otto/")


@pytest.mark.parametrize("address", ["/boards/touring/new/", "/contests/more-light/new/"])
def test_a_chinese_name_is_chosen_by_a_press_once_it_is_composed(page, server, sign_in, address):
    sign_in(page, "maja")
    page.goto(address)
    page.click(TEXT)
    compose = "(field, kind) => field.dispatchEvent(new CompositionEvent(kind))"
    page.locator(TEXT).evaluate(compose, "compositionstart")
    page.keyboard.insert_text("问问@小")
    page.wait_for_timeout(400)
    assert page.locator(LIST).count() == 0
    page.locator(TEXT).evaluate(compose, "compositionend")
    assert "lin" in offered(page)
    page.locator(f"{OPTIONS}[data-username=lin]").click()
    assert (page.input_value(TEXT), page.evaluate("document.activeElement.name")) == ("问问@lin ", "source")
    page.keyboard.press("Control+z")
    assert page.input_value(TEXT) == "问问@小"


def test_a_chinese_name_is_offered_and_stays_while_the_given_name_is_typed(page, server, sign_in):
    register = "from tests.people import member; member('xiaoman', name='夏小满')"
    server.run("-c", f"import django; django.setup(); {register}")
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.wait_for_function(
        "async () => (await (await fetch('/members/?q=小满')).text()).includes('xiaoman')", polling=250
    )
    page.click(TEXT)
    page.keyboard.insert_text("@小")
    assert {"lin", "xiaoman"} < set(offered(page))
    page.route("**/members/?*", lambda route: route.abort())
    page.keyboard.insert_text("满")  # faster than an answer
    page.keyboard.press("Enter")
    assert page.input_value(TEXT) == "@xiaoman "


def test_escape_a_refusal_and_leaving_the_field_leave_the_text_alone(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    menu = page.locator("#posts details.menu").first
    menu.evaluate("menu => { menu.open = true; }")
    page.focus(TEXT)
    page.keyboard.type("@ot")
    offered(page)
    page.keyboard.press("Escape")
    assert (page.locator(LIST).count(), menu.evaluate("menu => menu.open")) == (0, True)
    page.keyboard.press("Enter")
    page.keyboard.type("@ott")
    offered(page)
    page.locator("h1").click()
    assert page.locator(LIST).count() == 0
    page.focus(TEXT)
    page.route("**/members/?*", lambda route: route.fulfill(status=429, content_type="text/plain", body="Wait."))
    with page.expect_response("**/members/?*"):
        page.keyboard.type("o")
    page.keyboard.press("Enter")
    page.keyboard.type("a@ot.example, @")
    page.wait_for_timeout(300)
    assert page.input_value(TEXT) == "@ot\n@otto\na@ot.example, @"
    assert (page.locator(LIST).count(), page.locator("#refusal .bar").count()) == (0, 0)
    page.fill(TEXT, "")
    page.wait_for_timeout(700)  # until nothing is kept of it

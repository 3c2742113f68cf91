"""Menus, wherever their buttons stand: what opens lies in the window."""

import pytest

from tests.browser.people import speaker

pytestmark = pytest.mark.browser

OF_MEMBERS = ["club", "club-members", "/clubs/", "post", "/me/knows/"]
OF_THE_BRAND = ["/workbench/segments/"]
WIDTHS = (360, 390, 1440)
OUTSIDE = """() => [...document.querySelectorAll("details.menu")].map(menu => {
  menu.open = true;
  const box = menu.querySelector(":scope > div").getBoundingClientRect();
  menu.open = false;
  return [box.left, box.right];
}).filter(([left, right]) => left < 0 || right > innerWidth || left === right)"""


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_menu_opens_in_the_window(visit, server, sign_in, language):
    outside = {}
    for who, addresses in {"maja": OF_MEMBERS, "of-market": OF_THE_BRAND}.items():
        person, page = speaker(who, language), visit(language=language)
        sign_in(page, person)
        for address in addresses:
            page.goto(server.places.get(f"{person}-{address}") or server.places.get(address, address))
            assert page.locator("details.menu").count()
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                outside[address, width] = page.evaluate(OUTSIDE)
    assert {where: boxes for where, boxes in outside.items() if boxes} == {}

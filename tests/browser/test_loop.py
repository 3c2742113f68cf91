"""The whole loop: a member acts, a marketer finds them for it by permission, the member takes it back."""

import time

import pytest

pytestmark = pytest.mark.browser

SAID = {
    "en": ("rita", "Which roof rack carries two kayaks?", "The roof rack whistles at 110, does yours?"),
    "zh-hans": ("丽塔", "行李架能放两条皮划艇吗？", "高速上行李架有风噪，你们的呢？"),
}
CIRCLE = {"en": "Under the stars", "zh-hans": "星空露营"}


def join(page, server, name, address):
    page.goto("/account/signup/")
    for field, value in {
        "#id_username": name,
        "#id_name": "Rita",
        "#id_email": address,
        "#id_password1": "a long enough one",
    }.items():
        page.fill(field, value)
    page.click("main form button[type=submit]")
    page.fill("#id_code", server.code_for(address))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/me/welcome/**")
    while "/me/welcome/" in page.url:
        before = page.url
        page.check("input[name=answer][value=yes]")
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url, before=before: url != before)


def found(desk, words, name):
    """Whether the audience lists somebody for these words."""
    desk.goto(f"/workbench/people/?q={words}")
    return desk.locator("table.tbl a", has_text=name).count() > 0


def until(condition, seconds=15):
    """Wait for facts to arrive."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_a_member_does_is_found_by_permission_until_they_mute_it(visit, server, sign_in, language):
    name, title, text = SAID[language]
    member, desk = visit(language=language, width=390, height=844), visit(language=language)
    join(member, server, name, f"loop-{language}@example.org")
    member.goto("/boards/touring/new/")
    member.fill("#id_title", title)
    member.fill("textarea[name=source]", text)
    member.click("form:has(textarea[name=source]) button[type=submit]")
    assert member.locator("main h1").inner_text() == title
    member.goto(server.places["contest"])
    member.locator("form.idea-foot button.vote").first.click()
    member.locator("button.vote[aria-pressed=true]").first.wait_for()
    member.goto(server.places["circle"])
    member.locator(".head-do form button").first.click()
    member.wait_for_load_state()

    sign_in(desk, "of-market")
    assert until(lambda: found(desk, 'interest:"roof rack"', "Rita"))
    assert found(desk, "interest:行李架", "Rita")
    assert found(desk, "roof rack", "Rita")
    row = desk.locator("tr", has=desk.locator("a", has_text="Rita"))
    assert title in row.inner_text()

    member.goto("/me/knows/")
    assert CIRCLE[language] in member.locator("#i-camping").inner_text()
    mine = member.locator("#i-roof-rack")
    assert title in mine.inner_text()
    mine.locator("button[value=mute]").click()
    member.locator("#i-roof-rack.is-muted").wait_for()
    assert until(lambda: not found(desk, "interest:行李架", "Rita"))
    assert not found(desk, 'interest:"roof rack"', "Rita")
    assert not found(desk, "roof rack", "Rita")
    member.goto("/me/knows/")
    assert member.locator("#looks table tbody tr").count() > 0

    member.goto("/me/knows/erase/")
    member.locator("main form input[type=text], main form input:not([type=hidden])").first.fill(name)
    member.click("main form button.btn-bad")
    member.wait_for_load_state()
    if member.locator("#id_password").count():
        member.fill("#id_password", "a long enough one")
        member.click("main form button[type=submit]")
        member.wait_for_load_state()
    assert until(lambda: not found(desk, "", "Rita"))

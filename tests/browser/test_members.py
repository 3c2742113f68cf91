"""Joining, posting and hearing of it, in a real browser."""

import pytest

pytestmark = pytest.mark.browser

JOINING = {"#id_name": "Ines", "#id_password1": "a long enough one"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_new_member_joins_by_code_and_answers_the_questions(visit, server, language):
    page = visit(language=language, width=390, height=844)
    name = "ines" if language == "en" else "伊内斯"
    address = f"ines-{language}@example.org"
    page.goto("/")
    page.click("main a[href='/account/signup/']")
    for field, value in JOINING.items():
        page.fill(field, value)
    page.fill("#id_username", name)
    page.fill("#id_email", address)
    page.click("main form button[type=submit]")
    page.fill("#id_code", server.code_for(address))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/me/welcome/")
    page.check("input[name=answer][value=yes]")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/me/welcome/?step=1")
    assert page.is_checked("input[name=answer][value=no]")
    page.click("main form button[type=submit]")
    page.wait_for_url(f"{server.url}/")
    page.goto("/me/")
    assert page.locator("main h1").inner_text() == "Ines"


def test_a_post_appears_live_on_a_page_that_is_open(visit, server, sign_in):
    reader, writer = visit(), visit()
    sign_in(reader, "maja")
    sign_in(writer, "otto")
    reader.goto(server.places["topic"])
    before = reader.locator("#posts > li").count()
    writer.goto(server.places["topic"])
    writer.fill("textarea[name=source]", "Seen at once, **live**.")
    writer.click("form:has(textarea[name=source]) button[type=submit]")
    live = reader.locator("#posts > li").nth(before)
    live.wait_for()
    assert "Seen at once, live." in live.inner_text()
    assert reader.locator("#posts > li").count() == before + 1
    bell = reader.locator("#bell.dot")
    bell.wait_for()
    assert reader.locator("p[role=status].vh").inner_text()
    # The new post's buttons work without loading the page anew.
    with reader.expect_response(lambda response: "/react/" in response.url) as answer:
        live.locator("button[name=kind][value=useful]").click()
    assert answer.value.status == 200
    reader.wait_for_selector(f"#posts > li:nth-child({before + 1}) button[value=useful][aria-pressed=true]")


def test_a_page_that_was_away_catches_up(visit, server, sign_in):
    reader, writer = visit(), visit()
    sign_in(writer, "otto")
    reader.goto(server.places["topic"])
    before = reader.locator("#posts > li").count()
    reader.context.set_offline(True)
    for number in range(2):
        writer.goto(server.places["topic"])
        writer.fill("textarea[name=source]", f"While you were away {number}")
        writer.click("form:has(textarea[name=source]) button[type=submit]")
        writer.wait_for_load_state()
    assert reader.locator("#posts > li").count() == before
    reader.context.set_offline(False)
    reader.locator("#posts > li").nth(before + 1).wait_for()
    assert reader.locator("#posts > li").count() == before + 2


def test_everything_is_read_and_written_without_scripts(visit, server, sign_in):
    page = visit(javascript=False)
    sign_in(page, "lin")
    page.goto(server.places["topic"])
    page.fill("textarea[name=source]", "没有脚本也能发帖。")
    page.click("form:has(textarea[name=source]) button[type=submit]")
    assert "没有脚本也能发帖。" in page.locator("#posts > li").last.inner_text()
    pressed = page.locator("button[name=back][value=useful][aria-pressed=true]")
    before = pressed.count()
    page.locator("button[name=kind][value=useful]").first.click()
    assert pressed.count() == before + 1
    page.goto(server.places["contest"])
    page.locator("form.idea-foot button.vote[aria-pressed=false]").first.click()
    page.goto(server.places["contest"])
    assert page.locator("button.vote[aria-pressed=true]").count() == 1
    page.goto("/boards/touring/new/")
    page.fill("#id_title", "没有脚本的主题")
    page.fill("textarea[name=source]", "正文")
    page.click("form:has(textarea[name=source]) button[type=submit]")
    assert page.locator("main h1").inner_text() == "没有脚本的主题"
    page.goto("/me/space/")
    page.fill("#id_about", "不用脚本。")
    page.press("#id_name", "Enter")
    page.wait_for_url("**/lin/")
    assert "不用脚本。" in page.locator("main").inner_text()

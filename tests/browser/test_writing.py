"""The composer, and what a press on a button does to the page."""

import json
import re

import pytest

from tests.browser.people import PICTURE, speaker

pytestmark = pytest.mark.browser

TEXT = "textarea[name=source]"


def test_marks_go_around_what_is_chosen(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.fill(TEXT, "steel bars")
    page.locator(TEXT).evaluate("element => element.setSelectionRange(0, 5)")
    page.click("[data-mark='**']")
    assert page.input_value(TEXT) == "**steel** bars"
    page.fill(TEXT, "one\ntwo")
    page.locator(TEXT).evaluate("element => element.setSelectionRange(1, 5)")
    page.click("[data-mark='- ']")
    assert page.input_value(TEXT) == "- one\n- two"
    page.fill(TEXT, "here")
    page.locator(TEXT).evaluate("element => element.select()")
    page.click("[data-mark='[]']")
    assert page.input_value(TEXT) == "[here](https://)"


def test_a_draft_is_kept_on_the_device_until_it_is_sent_or_its_owner_leaves(page, server, sign_in):
    sign_in(page, "maja", anew=True)
    for way in ("sent", "left"):
        page.goto(server.places["topic"])
        page.fill(TEXT, f"Half a thought, {way}")
        page.locator("[data-kept]").wait_for()
        page.reload()
        assert page.input_value(TEXT) == f"Half a thought, {way}"
        if way == "sent":
            page.click("#reply button[type=submit]")
            page.wait_for_url("**#p*")
            page.goto(server.places["topic"])
            assert page.input_value(TEXT) == ""
        else:
            page.click("footer form[action='/account/logout/'] button")
            page.wait_for_load_state()
            assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:'))") == []


def test_a_browser_that_keeps_nothing_writes_and_signs_out_all_the_same(page, server, sign_in):
    refused = "get() { throw new DOMException('blocked', 'SecurityError'); }"
    page.context.add_init_script(f"Object.defineProperty(window, 'localStorage', {{ {refused} }})")
    sign_in(page, "maja", anew=True)
    errors = []
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(server.places["topic"])
    page.fill(TEXT, "steel bars")
    page.locator(TEXT).evaluate("element => element.select()")
    page.click("[data-mark='**']")
    assert page.input_value(TEXT) == "**steel bars**"
    page.wait_for_timeout(700)  # as long as what is written would be kept after
    assert not page.locator("[data-kept]").is_visible()
    page.click("#reply button[type=submit]")
    page.wait_for_url("**#p*")
    assert page.input_value(TEXT) == ""
    page.click("footer form[action='/account/logout/'] button")
    page.wait_for_load_state()
    assert errors == []


def test_a_reply_that_did_not_arrive_is_still_there(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.fill(TEXT, "Half a thought, not sent")
    body = "<style>@view-transition { navigation: auto; }</style><h1>Back in a moment</h1>"
    page.route("**/reply/", lambda route: route.fulfill(status=503, content_type="text/html", body=body))
    page.click("#reply button[type=submit]")  # at once: before what is typed is kept by itself
    page.get_by_text("Back in a moment").wait_for()
    page.goto(server.places["topic"])
    assert page.input_value(TEXT) == "Half a thought, not sent"
    page.unroute("**/reply/")
    page.click("#reply button[type=submit]")
    page.wait_for_url("**#p*")
    assert page.input_value(TEXT) == ""
    kept = "[Object.keys(localStorage).filter((key) => key.startsWith('draft:')), document.cookie.includes('sent=')]"
    assert page.evaluate(kept) == [[], False]


def test_a_topic_that_did_not_arrive_is_still_there_with_its_title(page, server, sign_in):
    sign_in(page, "maja")
    page.goto("/boards/touring/new/")
    page.fill("input[name=title]", "A half title")
    page.fill(TEXT, "Half a question")
    page.context.set_offline(True)
    page.click("main form button[type=submit]")
    page.wait_for_timeout(300)
    page.context.set_offline(False)
    page.goto("/boards/touring/new/")
    assert (page.input_value("input[name=title]"), page.input_value(TEXT)) == ("A half title", "Half a question")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/topics/**")
    page.goto("/boards/touring/new/")
    assert (page.input_value("input[name=title]"), page.input_value(TEXT)) == ("", "")


def test_the_chosen_picture_is_named_and_can_be_taken_off(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    chip = page.locator("[data-file]")
    assert not chip.is_visible()
    page.set_input_files("#id_picture", {"name": "roof.jpg", "mimeType": "image/jpeg", "buffer": b"x"})
    assert (chip.is_visible(), chip.inner_text().strip()) == (True, "roof.jpg")
    chip.locator("button").click()
    assert (chip.is_visible(), page.evaluate("document.querySelector('#id_picture').files.length")) == (False, 0)


def test_without_script_the_browser_names_the_picture_itself(visit, server, sign_in):
    page = visit(javascript=False, width=390, height=800)
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    assert page.locator("#id_picture").is_visible()
    assert not page.locator("[data-mark]").first.is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_quoting_leads_into_the_field_and_says_who_is_quoted(visit, server, sign_in, width):
    page = visit(width=width, height=800)
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.locator("a[href*='quote=']").nth(1).click()
    page.wait_for_url("**#reply")
    assert page.evaluate("document.activeElement.name") == "source"
    assert "Quoting" in page.locator("#reply .term").first.inner_text()
    assert page.input_value(TEXT) == ""
    page.locator("#reply .term a").click()
    page.wait_for_url("**#p*")
    assert page.locator("#reply [name=quote]").count() == 0


def test_the_focus_stays_on_a_button_that_was_pressed_by_key(page, server, sign_in):
    sign_in(page, "lin")
    page.goto(server.places["topic"])
    button = page.locator("#posts button[value=useful][aria-pressed=false]").first
    name = button.get_attribute("id")
    button.focus()
    keep = "() => { window.kept = [...document.querySelectorAll('#posts > li')]; return window.kept.length; }"
    assert page.evaluate(keep) > 1
    with page.expect_response("**/since/**") as repair:
        page.keyboard.press("Enter")
        page.wait_for_selector(f"#{name}[aria-pressed=true]")
    repair.value.finished()
    page.wait_for_timeout(200)  # until it is in its place
    assert page.evaluate("document.activeElement.id") == name
    assert page.evaluate("window.kept.every((post) => post.isConnected)")
    assert page.locator("p[role=status].vh").inner_text() == ""
    assert page.locator(f"#{name}").evaluate("element => getComputedStyle(element).color") == page.evaluate(
        "(() => { const probe = document.body.appendChild(document.createElement('i'));"
        " probe.style.color = 'var(--signal-text)'; return getComputedStyle(probe).color; })()"
    )
    page.goto(server.places["contest"])
    vote = page.locator("button.vote[aria-pressed=false]").first
    name = vote.get_attribute("id")
    vote.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#{name}[aria-pressed=true]")
    assert page.evaluate("document.activeElement.id") == name


@pytest.fixture
def live(page, server, sign_in):
    """``live(place, kind)``: opens a page once, tells it of a change of this kind, and waits for what it asks for."""
    sockets = []
    page.route_web_socket("**/ws/", lambda socket: sockets.append(socket))
    sign_in(page, "lin")

    def tell(place, kind):
        if not page.url.endswith(server.places[place]):
            sockets.clear()
            page.goto(server.places[place])
        page.wait_for_timeout(200)
        channel = page.get_attribute("[data-live-repair$='/since/']", "data-live")
        with page.expect_response("**/since/**") as repair:
            sockets[-1].send(json.dumps({"channel": channel, "kind": kind, "sequence": 10**9}))
        repair.value.finished()
        page.wait_for_timeout(200)

    return tell


SAID = "p[role=status].vh"


def test_only_a_vote_is_said_to_be_one(live, page):
    live("contest", "phase")
    assert page.locator(SAID).inner_text() == ""
    page.locator("li h3 a").first.focus()
    live("contest", "voted")
    assert page.locator(SAID).inner_text() == "有人投了票。"
    assert page.evaluate("document.activeElement.matches('li h3 a')")  # the card was not made anew


def test_who_votes_is_told_of_their_own_vote(live, page):
    live("contest", "phase")
    for pressed, said in (("false", "你这一票已记下。"), ("true", "你这一票已收回。")):
        page.locator(f"button.vote[aria-pressed={pressed}]").first.click()
        page.locator(SAID, has_text=said).wait_for(state="attached")
        live("contest", "voted")
        assert page.locator(SAID).inner_text() == said


def test_ideas_come_and_go_on_an_open_page(live, page):
    live("contest", "phase")
    shown = page.locator("ul.ideas > li").evaluate_all("rows => rows.map((row) => row.id).sort()")
    page.locator("ul.ideas > li").first.evaluate("row => row.remove()")
    page.evaluate("document.querySelector('ul.ideas').insertAdjacentHTML('beforeend', '<li id=idea999999>Gone</li>')")
    live("contest", "idea")
    assert page.locator("ul.ideas > li").evaluate_all("rows => rows.map((row) => row.id).sort()") == shown
    assert page.locator(SAID).inner_text() == ""


def test_a_change_of_a_post_leaves_the_others_and_what_is_selected_in_them(live, page):
    live("topic", "reaction")
    page.evaluate("document.querySelector('#p1 time [data-fresh=when]').textContent = 'a minute less ago'")
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p1 .prose'))")
    page.evaluate("document.querySelector('#p2 .prose').textContent = 'As it was before'")
    page.locator("#floor2 button").first.focus()
    focused = page.evaluate("document.activeElement.id")
    live("topic", "edit")
    assert "As it was before" not in page.locator("#p2 .prose").inner_text()
    assert "boots" in page.evaluate("getSelection().toString()")
    assert "a minute less" not in page.locator("#p1 time").inner_text()
    assert page.evaluate("document.activeElement.id") == focused != ""
    assert page.locator(SAID).inner_text() == ""
    page.evaluate("[...document.querySelectorAll('#posts > li')].at(-1).remove()")
    live("topic", "post")
    assert page.locator(SAID).inner_text() != ""


REFUSAL = "#refusal .bar"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_refused_vote_says_why(visit, server, sign_in, language):
    page = visit(language=language, width=390, height=740)
    sign_in(page, speaker("maja", language))
    page.goto(server.places["contest"])
    vote = page.locator("button.vote[aria-pressed=false]").first
    vote.evaluate("button => button.form.setAttribute('hx-post', '/ideas/999999/do/vote/')")
    page.evaluate("htmx.process(document.body)")
    page.route("**/do/vote/", lambda route: route.fulfill(status=409, content_type="text/plain", body="Voting ended."))
    vote.click()
    assert page.locator(REFUSAL).inner_text().strip() == "Voting ended."
    assert page.locator(REFUSAL).bounding_box()["y"] >= 0
    assert vote.get_attribute("aria-busy") is None
    page.unroute("**/do/vote/")
    page.route("**/do/vote/", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad</h1>"))
    vote.click()
    said = page.locator("#refusal").get_attribute("data-failed")
    page.wait_for_function("said => document.querySelector('#refusal .bar')?.innerText.trim() === said", arg=said)
    page.locator(REFUSAL).get_by_role("button").click()
    assert page.locator(REFUSAL).count() == 0
    assert page.evaluate("document.activeElement.id") == vote.get_attribute("id")


def test_a_vote_after_the_close_is_refused_in_the_servers_words(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["contest"])
    own = page.locator("li", has=page.locator(".vote-closed")).get_attribute("id").removeprefix("idea")
    page.locator("form.idea-foot:has(button)").evaluate(
        "(form, own) => { form.setAttribute('hx-post', `/ideas/${own}/do/vote/`); htmx.process(form); }", own
    )
    with page.expect_response("**/do/vote/") as answer:
        page.locator("button.vote").first.click()
    assert answer.value.status >= 400
    assert page.locator(REFUSAL).inner_text().strip() == answer.value.text()


def test_a_switch_that_could_not_be_kept_goes_back(page, sign_in):
    sign_in(page, "maja")
    page.goto("/notifications/")
    switch = page.locator("#kinds [role=switch]").first
    before = switch.is_checked()
    page.context.set_offline(True)
    switch.click(force=True)
    page.wait_for_selector(REFUSAL)
    assert page.locator(REFUSAL).inner_text().strip() == "The site could not be reached. Nothing was changed."
    assert switch.is_checked() is before
    page.context.set_offline(False)
    switch.click(force=True)
    page.get_by_text("Kept.").wait_for()
    assert (switch.is_checked(), page.locator(REFUSAL).count()) == (not before, 0)


def test_one_press_sends_once(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    before = page.locator("#posts > li").count()
    page.fill(TEXT, "Only once")
    twice = "const form = document.querySelector('#reply'), send = form.querySelector('[type=submit]');"
    busy = page.evaluate(
        f"() => {{ {twice} form.requestSubmit(send); form.requestSubmit(send); return send.ariaBusy; }}"
    )
    page.wait_for_url("**#p*")
    assert busy == "true"
    page.goto(server.places["topic"])
    assert page.locator("#posts > li").count() == before + 1


def test_a_menu_closes_by_escape_and_by_a_press_elsewhere(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    menu = page.locator("#posts details.menu").first
    menu.locator("summary").click()
    assert menu.locator("a").first.is_visible()
    page.keyboard.press("Escape")
    assert not menu.locator("a").first.is_visible()
    menu.locator("summary").click()
    page.locator("h1").click()
    assert not menu.locator("a").first.is_visible()


@pytest.mark.parametrize("javascript", [True, False])
def test_the_current_tab_is_in_sight_on_a_phone(visit, sign_in, javascript):
    page = visit(width=320, height=700, javascript=javascript)
    sign_in(page, "of-brand")
    page.goto("/workbench/contests/")
    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    assert page.evaluate("scrollY") == 0
    if javascript:
        assert "before" in page.locator(".tabs").get_attribute("data-more")


@pytest.mark.parametrize("visible", [True, False])
def test_what_arrives_before_the_readers_eyes_is_read(live, page, visible):
    told = []
    page.on("request", lambda request: told.append(request.post_data) if request.url.endswith("/read/") else None)
    live("topic", "reaction")
    shows = "Object.defineProperty(document, 'visibilityState', {{ configurable: true, get: () => '{}' }})"
    page.evaluate(shows.format("visible" if visible else "hidden"))
    # As if the newest post had not been there when the page was made.
    last = page.evaluate("[...document.querySelectorAll('#posts > li[id]')].at(-1).id.slice(5)")
    page.evaluate("document.querySelector('#posts').lastElementChild.remove()")
    page.evaluate("document.querySelector('[data-live-read]').dataset.liveSeen -= 1")
    live("topic", "post")
    assert len(told) == int(visible)
    if not visible:
        page.evaluate(shows.format("visible"))
        page.evaluate("document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))")
        page.wait_for_timeout(300)
    assert [f"from=1&number={last}&" in body for body in told] == [True]


@pytest.mark.parametrize("width", [390, 1280])
def test_pictures_go_where_the_text_is_being_written_one_after_another(visit, server, sign_in, width):
    page = visit(width=width, height=800)
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    page.fill(TEXT, "Before. After.")
    page.locator(TEXT).evaluate("element => element.setSelectionRange(7, 7)")
    for words in ("The rack, [closed]", ""):
        page.set_input_files("#id_picture", PICTURE)
        assert page.evaluate("document.activeElement.id") == "id_alt"
        page.fill("#id_alt", words)
        button = page.locator("[data-picture] button")
        assert min(button.bounding_box()["height"], page.locator("#id_alt").bounding_box()["height"]) >= 44
        with page.expect_response("**/posts/upload/") as answer:
            button.click() if words else page.press("#id_alt", "Enter")
        assert answer.value.status == 200
        page.wait_for_selector("[data-picture]", state="hidden")
    assert page.locator("[data-picture-said]").inner_text() == "The picture is in the text."
    url = r"\(/media/posts/\d{4}/\d\d/[\w-]+\.webp\)"
    pattern = rf"Before\.\n\n!\[The rack, \\\[closed\\\]\]{url}\n\n!\[\]{url}\n\n After\."
    assert re.fullmatch(pattern, page.input_value(TEXT))
    assert page.evaluate("document.querySelector('#id_picture').files.length") == 0
    page.locator("[data-kept]").wait_for(state="attached")
    page.wait_for_timeout(700)
    kept = page.input_value(TEXT)
    page.reload()
    assert page.input_value(TEXT) == kept
    page.fill(TEXT, "")
    page.wait_for_timeout(700)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_picture_that_does_not_arrive_says_why_and_stays_chosen(visit, server, sign_in, language):
    page = visit(language=language)
    sign_in(page, speaker("maja", language))
    page.goto(server.places["topic"])
    page.set_input_files("#id_picture", {**PICTURE, "buffer": b"none"})
    page.fill("#id_alt", "A rack")
    said, chip = page.locator("[data-picture-said].err"), page.locator("[data-file]")
    with page.expect_response("**/posts/upload/") as answer:
        page.click("[data-picture] button")
    said.wait_for()
    assert said.inner_text() == answer.value.text() != ""
    page.context.set_offline(True)
    page.click("[data-picture] button")
    words = page.get_attribute("#refusal", "data-unreached")
    page.wait_for_function("words => document.querySelector('[data-picture-said]').innerText === words", arg=words)
    page.context.set_offline(False)
    assert (chip.is_visible(), page.input_value("#id_alt"), page.input_value(TEXT)) == (True, "A rack", "")


def test_without_script_a_picture_a_preview_and_an_edit_work_as_plain_forms(visit, server, sign_in):
    page = visit(javascript=False, width=390, height=800)
    sign_in(page, "maja")
    page.goto(f"{server.places['maja-post']}edit/")
    text = page.input_value(TEXT)
    page.fill(TEXT, f"{text}\n\nNow **without** script.")
    page.click("button[name=preview]")
    assert page.locator("#preview strong").last.inner_text() == "without"
    page.set_input_files("#id_picture", PICTURE)
    page.fill("#id_alt", "A roof box")
    page.click("main form button[type=submit]:not([name])")
    assert page.locator("img[alt='A roof box']").count() == 1


def test_a_preview_stands_above_the_form_and_takes_nothing_from_it(page, server, sign_in):
    sign_in(page, "maja")
    page.goto(server.places["topic"])
    before = page.url
    page.fill(TEXT, "**Steel**, please")
    page.click("button[name=preview]")
    page.wait_for_selector("#preview strong")
    assert page.locator("#preview strong").inner_text() == "Steel"
    assert page.evaluate("document.activeElement.id") == "previewh"
    assert (page.url, page.input_value(TEXT)) == (before, "**Steel**, please")
    page.fill(TEXT, " ")
    page.click("button[name=preview]")
    assert page.locator(REFUSAL).inner_text().strip() == "Write something first."
    page.fill(TEXT, "")

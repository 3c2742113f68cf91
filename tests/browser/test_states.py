"""Pages few people see, and pages after something went wrong: nothing for axe to find there either."""

import pytest

from tests.browser.people import PASSWORD, PICTURE, speaker

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize("language", ["en", "zh-hans"])
CONTESTS = ("next", "more-light", "better-boot", "quiet-tyres", "warm-seats")
DESKS = {
    "of-brand": [
        *("boards/", "boards/new/", "boards/touring/", "clubs/", "clubs/new/", "clubs/four-t/"),
        *("contests/", *(f"contests/{slug}/" for slug in CONTESTS)),
    ],
    "of-answers": ["", "waiting/"],
    "of-market": ["", "terms/"],
}


@BOTH
def test_a_post_with_a_history_and_its_edit_form(looked, server, language):
    page, look = looked(language, "maja")
    post = server.places[f"{speaker('maja', language)}-post"]
    page.goto(f"{post}history/")
    assert page.locator("main del, main ins").count()
    look("history")
    page.goto(f"{post}edit/")
    look("edit")
    page.fill("textarea[name=source]", "")
    page.locator("textarea[name=source]").evaluate("field => field.form.noValidate = true")
    page.click("main form button[type=submit]:not([name])")
    page.wait_for_selector("main .err, main [role=alert]")
    look("edit refused")
    page.goto(f"{post}delete/")
    look("delete")


@BOTH
@pytest.mark.parametrize("kind", ["post", "idea"])
def test_two_texts_beside_each_other(looked, server, language, kind):
    page, look = looked(language, "maja")
    page.goto(server.places[f"{speaker('maja', language)}-{kind}"] + ("edit/" if kind == "post" else ""))
    look("edit")
    page.fill("textarea[name=source]", "Something else, **quite**.")
    page.locator("input[name=version]").evaluate("field => field.value = 'another'")
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator("textarea[name=source]").evaluate("field => field.form.requestSubmit()")
    assert sent.value.status == 409
    page.wait_for_selector("#now")
    look("both")


@BOTH
@pytest.mark.parametrize("who", ["", "otto"])
def test_the_results_of_a_contest(looked, server, language, who):
    page, look = looked(language, who)
    for address in (server.places["results"], "/contests/warm-seats/"):
        assert page.goto(address).status == 200
        look(address)


@BOTH
@pytest.mark.parametrize("who", DESKS)
def test_the_desks_of_the_brands_people(looked, language, who):
    page, look = looked(language, who)
    for address in DESKS[who]:
        assert page.goto(f"/workbench/{address}").status == 200
        page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
        look(address)
    # Other tests of this session leave questions too, and the newest are shown.
    waits = {"of-answers": "main a[href^='/topics/']", "of-market": "main:has-text('dachzelt')"}
    assert page.locator(waits.get(who, "main:has-text('A switch on the wheel')")).count()


@BOTH
def test_a_person_in_the_workbench(looked, server, language):
    page, look = looked(language, "of-market")
    assert page.goto(server.places["person"]).status == 200
    assert page.locator("main h1").inner_text() == "Otto"
    page.evaluate("document.querySelectorAll('main details').forEach((one) => one.open = true)")
    look("person")


@BOTH
def test_writing_with_a_picture_and_looking_at_it_before_it_is_sent(looked, server, language):
    page, look = looked(language, "maja")
    for address in ("/boards/touring/new/", server.places["topic"]):
        page.goto(address)
        page.set_input_files("#id_picture", PICTURE)
        page.fill("#id_alt", "A roof")
        look(f"{address} chosen")
        page.set_input_files("#id_picture", {**PICTURE, "buffer": b"none"})
        page.click("[data-picture] button")
        page.wait_for_selector("[data-picture-said].err")
        look(f"{address} refused")
        page.fill("textarea[name=source]", "**Steel**")
        page.click("button[name=preview]")
        page.wait_for_selector("#preview strong")
        look(f"{address} preview")


WRONG = {
    "password": ("/account/login/", {"login": "maja", "password": "wrong"}),
    "code for nobody": ("/account/login/code/", {"email": "not an address"}),
    "name taken": ("/account/signup/", {"username": "maja", "email": "maja@example.org", "password1": "1"}),
    "reset": ("/account/password/reset/", {"email": "not an address"}),
    "code": ("/account/login/code/", {"email": "otto@example.org"}),
    "reset sent": ("/account/password/reset/", {"email": "otto@example.org"}),
}


SENT = ("code", "reset sent")


@BOTH
def test_signing_in_when_something_is_wrong(looked, language):
    page, look = looked(language)
    for what, (address, sent) in WRONG.items():
        page.goto(address)
        for name, value in sent.items():
            page.fill(f"main [name={name}]", value)
        first = page.locator(f"main [name={next(iter(sent))}]")
        with page.expect_navigation():
            first.evaluate("field => { field.form.noValidate = true; field.form.requestSubmit() }")
        if what not in SENT:
            page.wait_for_selector("main .err, main [role=alert]")
        look(what)
    for address in ("/account/password/reset/key/1-none/", "/account/confirm-email/none/", "/account/inactive/"):
        page.goto(address)
        look(address)


@BOTH
def test_being_asked_for_the_password_again(looked, language):
    page, look = looked(language, "otto")
    page.goto("/account/reauthenticate/")
    look("asked")
    page.fill("main [name=password]", f"not {PASSWORD}")
    with page.expect_navigation():
        page.locator("main [name=password]").evaluate("field => field.form.requestSubmit()")
    look("wrong")

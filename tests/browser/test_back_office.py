"""The editors' area works under its policy: nothing it needs is held back."""

import pytest

pytestmark = pytest.mark.browser
WATCH = """window.heldBack = []; document.addEventListener("securitypolicyviolation",
    event => window.heldBack.push(`${event.violatedDirective} ${event.blockedURI}`))"""
PAGES = ["/cms/", "/cms/images/multiple/add/", "/cms/snippets/crm_bridge/keyword/", "/cms/reports/site-history/"]


def test_an_editor_writes_and_sees_the_draft(page, server, sign_in):
    page.context.add_init_script(WATCH)
    sign_in(page, "of-brand")
    for address in PAGES:
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("window.heldBack") == [], address
    page.goto(server.places["article-edit"], wait_until="networkidle")
    page.get_by_role("button", name="Toggle preview").click()
    page.frame_locator("iframe[data-w-preview-target=iframe]").first.locator("h1").wait_for()
    assert page.evaluate("window.heldBack") == []

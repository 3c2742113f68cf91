"""What members voted under stays as they read it: prize and rules of a contest from the first vote on."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override
from wagtail.models import Locale

from community.kernel.api import Conflict
from community.members.api import Role
from community.pages.api import brief_of, ensure_page
from community.pages.models import ContestPage
from community.pages.schedule import keep_schedule
from ideas.models import Contest, Idea
from ideas.services import withdraw_vote
from tests.contests import VOTING, contest, idea, votes
from tests.people import staff
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
TEXTS = {
    "en": {"title": "A better boot", "lead": "Think.", "prize": "A roof box", "rules": "One vote.\nOne idea."},
    "zh": {"title": "更好的后备厢", "lead": "想。", "prize": "车顶箱", "rules": "一人一票。"},
}
FIXED = "Somebody has voted: this stays as members have read it before they did."
STAYS = "Somebody has voted in this contest: its brief stays with it."
CHANGES = [("prize", "Nothing", FIXED), ("rules", "The brand chooses", FIXED), ("contest_slug", "other", STAYS)]


def build_world():
    """Two contests, and the brief of one in both languages; by language."""
    contest(), contest("other", actor=staff(Role.BRAND_MANAGER, "second"))
    named = {language: {**texts, "contest_slug": "better-boot"} for language, texts in TEXTS.items()}
    ensure_page(ContestPage, ensure_site(), slug="brief", **named)
    return {page.locale.language_code: page for page in ContestPage.objects.select_related("locale")}


@pytest.fixture(autouse=True)
def brief(world):
    return world


@pytest.fixture
def voted(brief):
    somebody_votes()
    return brief


def somebody_votes(slug="better-boot"):
    return votes(idea(Contest.objects.get(slug=slug)), 1)[0]


def editor():
    client = Client()
    client.force_login(staff(Role.MARKETER, "editor"))
    return client


def sent(page, **changes):
    """What the editors' form sends."""
    names = ("title", "slug", "contest_slug", "lead", "scene", "prize", "rules")
    kept = {name: getattr(page, name) for name in names} | {"rules": page.rules.replace("\n", "\r\n")}
    more = {"picture": "", "body-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    return kept | more | {"action-publish": "1"} | changes


def said():
    """What is stored of each page that members might read."""
    return list(ContestPage.objects.order_by("pk").values_list("contest_slug", "prize", "rules", "live"))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("name", "text", "why"), CHANGES)
def test_after_the_first_vote_a_form_with_other_rules_is_refused_at_its_field(voted, language, name, text, why):
    page, before = voted[language], said()
    answer = editor().post(f"/cms/pages/{page.pk}/edit/", sent(page, lead="New lead", **{name: text}))
    assert (answer.status_code, answer.context["form"].errors) == (200, {name: [why]})
    assert all(text in answer.content.decode() for text in (why, "New lead"))
    assert said() == before


def test_everything_else_of_a_brief_may_change_after_the_first_vote(voted):
    page = voted["en"]
    answer = editor().post(f"/cms/pages/{page.pk}/edit/", sent(page, lead="New lead"))
    assert answer.status_code == 302
    assert brief_of("better-boot").lead == "New lead"


@pytest.mark.parametrize(("name", "text", "why"), CHANGES)
def test_before_the_first_vote_a_brief_may_change(brief, name, text, why):
    page = brief["en"]
    answer = editor().post(f"/cms/pages/{page.pk}/edit/", sent(page, **{name: text}))
    assert answer.status_code == 302
    assert getattr(ContestPage.objects.get(pk=page.pk), name) == text


def test_a_vote_that_was_taken_back_was_a_vote(brief):
    voter = somebody_votes()
    withdraw_vote(voter=voter, idea=Idea.objects.get(), now=VOTING)
    brief["en"].rules = "Other rules"
    with pytest.raises(ValidationError):
        brief["en"].save_revision()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_draft_of_before_the_first_vote_is_not_published_after_it(brief, language):
    page = brief[language]
    page.rules = "Other rules"
    draft = page.save_revision()
    somebody_votes()
    before = said()
    with pytest.raises(Conflict, match=FIXED):
        draft.publish()
    bulk = f"/cms/bulk/wagtailcore/page/publish/?id={page.pk}"
    answer = editor().post(bulk)
    assert (answer.status_code, FIXED in answer.content.decode()) == (409, True)
    assert said() == before


def test_a_planned_publication_of_other_rules_does_not_happen_and_is_not_tried_for_ever(brief, monkeypatch, caplog):
    begun, clock, page = timezone.now(), SimpleNamespace(later=timedelta()), brief["en"]
    monkeypatch.setattr(timezone, "now", lambda: begun + clock.later)
    page.rules, page.go_live_at = "Other rules", begun + timedelta(hours=1)
    page.save_revision().publish()
    somebody_votes()
    clock.later = timedelta(hours=2)
    before = said()
    assert [keep_schedule(), keep_schedule()] == [1, 0]
    assert (said() == before, caplog.text.count("not published as scheduled")) == (True, 1)


def test_nothing_is_planned_for_a_withdrawn_brief_that_says_something_else(voted):
    page = voted["en"]
    page.unpublish()
    before = said()
    page.rules, page.go_live_at = "Other rules", timezone.now() + timedelta(hours=1)
    with pytest.raises(Conflict):
        page.save_revision(clean=False).publish()
    assert said() == before


def test_a_second_brief_or_another_ones_says_what_members_have_read(voted):
    home = ensure_site()
    for words in ({"rules": "Other rules"}, {"prize": "Nothing", "rules": TEXTS["en"]["rules"]}, {}):
        with pytest.raises(Conflict, match=FIXED):
            home.add_child(instance=ContestPage(title="Second", contest_slug="better-boot", **words))
    other = home.add_child(instance=ContestPage(title="Other", contest_slug="other", rules="Other rules"))
    other.save_revision().publish()
    other.contest_slug = "better-boot"
    with pytest.raises(ValidationError, match=FIXED):
        other.save_revision()


def test_a_language_that_comes_after_the_first_vote_has_the_rules_that_are_there(voted):
    voted["zh-hans"].delete()
    added = voted["en"].copy_for_translation(Locale.objects.get(language_code="zh-hans"))
    added.title, added.lead = TEXTS["zh"]["title"], TEXTS["zh"]["lead"]
    added.save_revision().publish()
    with override("zh-hans"):
        assert (brief_of("better-boot").lead, brief_of("better-boot").rules) == ("想。", TEXTS["en"]["rules"])
    added.rules = TEXTS["zh"]["rules"]
    with pytest.raises(ValidationError, match=FIXED):
        added.save_revision()


def test_a_contest_that_was_voted_in_without_a_brief_gets_one_without_rules():
    somebody_votes("other")
    home = ensure_site()
    with pytest.raises(Conflict):
        home.add_child(instance=ContestPage(title="Late", contest_slug="other", rules="Rules"))
    home.add_child(instance=ContestPage(title="Late", contest_slug="other", lead="Late."))
    assert brief_of("other").lead == "Late."


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("beter-boot", "There is no contest with this address. Similar ones: better-boot"),
        ("zzz", "There is no contest with this address."),
    ],
)
def test_a_brief_of_no_contest_is_refused_with_those_of_a_similar_address(brief, slug, why):
    page, before = brief["en"], said()
    answer = editor().post(f"/cms/pages/{page.pk}/edit/", sent(page, contest_slug=slug))
    assert (answer.status_code, answer.context["form"].errors) == (200, {"contest_slug": [why]})
    with pytest.raises(Conflict, match=why):
        ensure_site().add_child(instance=ContestPage(title="Typo", contest_slug=slug))
    assert said() == before

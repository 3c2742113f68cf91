"""A text of which nothing is to be seen is none, wherever contests take one."""

import pytest

from community.kernel.api import Invalid
from community.members.api import Role
from ideas.models import Contest, Idea
from ideas.services import decide, open_contest, retitle_contest, set_aside, submit_idea
from tests.contests import DECISION, DRAFT, PHASES, SUBMISSION, contest, idea
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.mark.parametrize("nothing", ["\u200b", "\u3164", " \u2060\n\ufeff ", "\u2800"])
def test_a_text_of_which_nothing_is_seen_is_refused(nothing):
    boss, author = staff(Role.BRAND_MANAGER, "boss"), member()
    found = contest(actor=boss)
    made = idea(found, author)
    hand_in = {"author": author, "contest": found, "now": SUBMISSION}
    titles = {"title_en": "A box", "title_zh": "盒子"}
    reasons = {"reason_en": "Good", "reason_zh": "好"}
    acts = [
        (lambda: submit_idea(title=nothing, source="Dry", **hand_in), "title"),
        (lambda: submit_idea(title="A box", source=nothing, **hand_in), "source"),
        (
            lambda: open_contest(
                actor=boss, slug="lights", phases=PHASES, now=DRAFT, **{**titles, "title_zh": nothing}
            ),
            "title_zh",
        ),
        (
            lambda: retitle_contest(actor=boss, contest=found, now=DRAFT, **{**titles, "title_en": nothing}),
            "title_en",
        ),
        (lambda: set_aside(actor=boss, idea=made, reason=nothing, now=SUBMISSION), "reason"),
        (
            lambda: decide(
                actor=boss, idea=made, decision="adopted", now=DECISION, **{**reasons, "reason_en": nothing}
            ),
            "reason_en",
        ),
    ]
    for act, field in acts:
        with pytest.raises(Invalid) as refused:
            act()
        assert refused.value.field == field
    assert (Idea.objects.count(), Contest.objects.count()) == (1, 1)
    kept = Idea.objects.get()
    assert (kept.decision, kept.set_aside_at) == ("", None)


def test_white_space_and_marks_around_what_is_seen_do_no_harm():
    made = submit_idea(author=member(), contest=contest(), title="A\u200bbox", source="\u200bDry", now=SUBMISSION)
    assert (made.title, made.source) == ("A\u200bbox", "\u200bDry")

"""What a member's file has of their ideas: all that is kept, in no language."""

import pytest
from django.utils import translation

from community.members.api import Role
from ideas.models import Idea
from ideas.receivers import explain
from ideas.services import decide, edit_idea, submit_idea, withdraw_idea
from tests.contests import DECISION, SUBMISSION, begin, contest
from tests.forums.places import picture
from tests.people import member, staff

pytestmark = pytest.mark.django_db
# The rest: whose it is, secret counts, what is made of the source, and who of the brand decided.
LEFT_OUT = {"id", "author_id", "number", "html", "text", "language", "vote_count", "decided_at", "decided_by_id"}


def test_the_file_says_the_same_in_every_language_and_leaves_out_nothing_that_is_kept():
    boss, author = staff(Role.BRAND_MANAGER, "boss"), member()
    found = contest(actor=boss)
    made = submit_idea(author=author, contest=found, title="A box", source="Dry", picture=picture(), now=SUBMISSION)
    edit_idea(author=author, idea=made, title="A dry box", source="Dry", now=SUBMISSION)
    decide(actor=boss, idea=made, decision="adopted", reason_en="Good", reason_zh="好", now=DECISION)
    begin(found, "results")
    files = []
    for language in ("en", "zh-hans"):
        with translation.override(language):
            files.append(explain(author.pk)["ideas"])
    assert files[0] == files[1]
    [entry] = files[0]
    kept = Idea.objects.values().get()
    renamed = {"contest": found.slug, "set_aside": kept["set_aside_reason"]}
    same = {name: value for name, value in kept.items() if name not in {*LEFT_OUT, "contest_id", "set_aside_reason"}}
    assert entry == same | renamed
    assert (entry["picture"] != "", entry["edited_at"], entry["reason_zh"]) == (True, SUBMISSION, "好")


def test_when_an_idea_was_taken_back_is_in_the_file():
    author = member()
    made = submit_idea(author=author, contest=contest(), title="A box", source="Dry", now=SUBMISSION)
    withdraw_idea(author=author, idea=made, now=SUBMISSION)
    assert explain(author.pk)["ideas"][0]["withdrawn_at"] == SUBMISSION

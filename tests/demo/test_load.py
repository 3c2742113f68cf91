from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.utils import timezone

from community.consent.api import VERSION, permits_of_many
from community.consent.models import Pause, PermissionEntry
from community.inbox.models import Notification
from community.kernel.models import OutboxEvent
from community.kernel.recount import recountables
from community.members.api import Member, Role, erase_member, has_role
from community.pages.api import ArticlePage, ClubPage, ContestPage, HomePage
from community.search.api import Doc, close_engines, search_content
from community.search.embedded import Embedded
from community.search.registry import index_named
from crm_bridge.models import Keyword, Profile
from crm_bridge.models.profile import Stage
from demo.content import rows
from demo.loading.accounts import PASSWORD, accounts
from demo.loading.load import load, size
from forums.api import Board, Post, Topic
from ideas.api import Contest, Idea, Vote
from tests.worlds import undone

pytestmark = [pytest.mark.django_db, pytest.mark.serverless, pytest.mark.usefixtures("demo")]


@dataclass(frozen=True)
class Loaded:
    """What the command printed, where it left the index, and what was found in it."""

    printed: str
    folder: Path
    found: dict[str, int]


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo, loaded once by its command for all tests here, and taken away after them."""
    folder, printed = tmp_path_factory.mktemp("search"), StringIO()
    with undone(django_db_blocker):
        with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(settings, "SEARCH_FOLDER", folder)
            call_command("load_demo", "--quiet", stdout=printed)
            found = {words: search_content(words, viewer=AnonymousUser()).total for words in ("roof rack", "行李架")}
            close_engines()
        yield Loaded(printed.getvalue(), folder, found)


@pytest.fixture
def now():
    """The hour by the clock, which the command reads."""
    return timezone.now()


def test_everything_is_findable_and_delivered_when_the_command_ends(demo):
    assert "122 topics" in demo.printed
    assert "keywords" not in demo.printed
    assert min(demo.found.values()) > 5
    assert not OutboxEvent.objects.exclude(state="handled").exists()
    lines = Notification.objects.filter(recipient__username="maja-lindqvist")
    read = lines.exclude(read_at=None)
    assert read.count() > 3
    assert all(line.at < old.at for line in read for old in lines.filter(read_at=None))


def test_the_relay_that_starts_next_writes_to_the_index(demo):
    another = Embedded(index_named("content").schema, demo.folder)
    assert another.put([Doc("topic:0", 10**9, None)]).errors == {}
    another.close()


def test_once_loaded_the_command_changes_nothing(capsys):
    call_command("load_demo", "--quiet")
    assert "nothing was changed" in capsys.readouterr().out


def test_the_demo_is_loaded_once_and_loses_nothing(now):
    facts = OutboxEvent.objects.count()
    erase_member(member=Member.objects.get(username="oliver-grant"), now=now)
    first = size()
    assert load(now=now + timedelta(days=1), show=False) == first == size()
    assert OutboxEvent.objects.count() < facts + 2
    assert first.members == len(rows("members", "member")) + len(rows("members", "staff"))
    assert (first.clubs, first.boards, first.contests) == (6, 8, 2)
    assert first.topics == len(rows("topics.en", "topic")) + len(rows("topics.zh", "topic"))


def test_what_is_kept_agrees_with_what_is_counted():
    assert {entry.name: entry.check() for entry in recountables() if entry.check()} == {}


def test_every_stage_has_somebody_in_it():
    stages = Counter(Profile.objects.exclude(stage="").values_list("stage", flat=True))
    assert {stage: count >= 2 for stage, count in stages.items()} == dict.fromkeys(Stage.values, True)


def test_nothing_happened_in_the_future_or_before_its_author_came(now):
    assert not OutboxEvent.objects.filter(occurred_at__gt=now).exists()
    order = list(OutboxEvent.objects.order_by("pk").values_list("occurred_at", flat=True))
    assert order == sorted(order)
    joined = dict(Member.objects.values_list("pk", "joined_at"))
    early = [event for event in OutboxEvent.objects.exclude(member_id=0) if event.occurred_at < joined[event.member_id]]
    assert early == []


def test_about_two_thirds_permit_a_profile_and_product_news():
    members = Member.objects.filter(is_staff=False)
    held = permits_of_many(members.values_list("pk", flat=True))
    both = [permits for permits in held.values() if {"profiling:onsite", "product_news:email"} <= permits]
    assert 0.55 < len(both) / members.count() < 0.75
    assert members.count() - len(held) >= 5
    assert Pause.objects.count() == 3
    assert PermissionEntry.objects.filter(granted=False).count() == 2
    assert permits_of_many(Member.objects.filter(is_staff=True).values_list("pk", flat=True)) == {}


def test_models_have_a_name_in_either_language():
    models = Keyword.objects.filter(kind="model")
    assert {one.code: one.name_zh for one in models} == {
        "norling-4-touring": "诺岭4旅行版",
        "norling-5-cross": "诺岭5越野版",
        "norling-gt": "诺岭GT",
    }


def test_everybody_said_yes_to_words_there_are():
    answers = PermissionEntry.objects.exclude(text_version="")
    assert set(answers.values_list("text_version", flat=True)) == {VERSION}


def test_searches_are_kept_only_of_those_who_permit_a_profile():
    since = dict(PermissionEntry.objects.filter(purpose="profiling", granted=True).values_list("member_id", "at"))
    searches = OutboxEvent.objects.filter(name="traces.site.searched")
    assert searches.count() > 50
    assert all(search.occurred_at > since[search.member_id] for search in searches)


def test_every_account_that_is_shown_can_sign_in_and_has_its_role(client):
    people = {account.username: Member.objects.get(username=account.username) for account in accounts()}
    assert [role for role in Role if any(has_role(person, role) for person in people.values())] == list(Role)
    for username in people:
        answer = client.post("/account/login/", {"login": username, "password": PASSWORD})
        assert answer.status_code == 302, username
        client.post("/account/logout/")


def test_the_contests_are_where_they_should_be():
    voting, decided = Contest.objects.get(slug="next-key"), Contest.objects.get(slug="load-space")
    assert (voting.phase, decided.phase) == ("voting", "results")
    assert {idea.decision for idea in decided.ideas.all()} == {"adopted", "considered", "refused"}
    assert all(idea.reason_en and idea.reason_zh for idea in decided.ideas.all())
    assert decided.ideas.order_by("-vote_count").first().decision == "adopted"
    for contest in (voting, decided):
        votes = Vote.objects.filter(contest=contest)
        assert votes.count() > 20
        counts = Counter(votes.values_list("idea_id", flat=True))
        assert dict(Idea.objects.filter(pk__in=counts).values_list("pk", "vote_count")) == dict(counts)


def test_there_is_talk_in_both_languages_with_answers_quotes_and_mentions():
    assert set(Topic.objects.values_list("language", flat=True)) == {"en", "zh-hans"}
    assert Counter(Topic.objects.values_list("language", flat=True)) == {"en": 61, "zh-hans": 61}
    assert Topic.objects.exclude(best_answer=None).count() == sum(
        "best" in entry for name in ("topics.en", "topics.zh") for entry in rows(name, "topic")
    )
    assert Topic.objects.filter(answered_by_brand=True).count() > 15
    assert Post.objects.filter(html__contains="<blockquote").count() > 10
    assert Post.objects.filter(html__contains="/members/").count() > 20
    assert not Board.objects.filter(topic_count=0).exists()


def test_every_page_is_there_in_both_languages(now):
    counts = {kind: (6, 2, 3, 1)[at] * 2 for at, kind in enumerate((ClubPage, ContestPage, ArticlePage, HomePage))}
    for kind, count in counts.items():
        assert kind.objects.live().count() == count
        assert set(kind.objects.values_list("locale__language_code", flat=True)) == {"en", "zh-hans"}
    assert not ArticlePage.objects.filter(first_published_at__gt=now - timedelta(days=1)).exists()

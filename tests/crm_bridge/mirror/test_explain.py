"""The file is complete: every column that leads to a member is in it, or it is said why not."""

import io
import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clubs.api import ensure_club, join_club
from community.inbox.services import set_muted
from community.kernel.api import contributions, now
from community.members.api import CarEntry, Member, Role, declare_keywords, erase_member, set_garage
from crm_bridge.mirror import services
from crm_bridge.mirror.explain import OTHERS, document
from crm_bridge.models import AccessEntry, VocabularyVersion
from forums.api import edit_post, ensure_board, mark_board_read, mark_read, open_topic, react, write_post
from forums.models import Imported, Topic, Upload
from ideas.api import cast_vote
from tests.contests import SUBMISSION, VOTING, contest, idea
from tests.people import confirm, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

# Where in the file the rows of a column stand.
COVERED = {
    "account.EmailAddress.user": "addresses",
    "clubs.Membership.member": "clubs",
    "community_consent.Pause.member_id": "no_contact_until",
    "community_consent.Permission.member_id": "permissions",
    "community_consent.PermissionEntry.member_id": "permission_history",
    "community_inbox.MutedKind.member": "notifications_muted",
    "community_inbox.Notification.recipient": "notifications",
    "community_kernel.OutboxEvent.member_id": "facts",
    "community_members.Car.member": "garage",
    "community_members.DeclaredKeyword.member": "keywords",
    "community_members.Member.groups": "roles",
    "crm_bridge.AccessEntry.member_id": "looks",
    "crm_bridge.ActiveDay.member_id": "activity",
    "crm_bridge.Belonging.member_id": "belongings",
    "crm_bridge.InterestControl.member_id": "controls",
    "crm_bridge.Profile.member_id": "profile",
    "crm_bridge.Signal.member_id": "signals",
    "crm_bridge.TermSighting.member_id": "unknown_words",
    "forums.BoardRead.member": "read_boards",
    "forums.Imported.local_id": "imported_from",
    "forums.Post.author": "posts",
    "forums.Reaction.member": "reactions",
    "forums.ReadState.member": "read_topics",
    "forums.Reference.member": "named_in",
    "forums.Topic.author": "topics",
    "forums.Upload.member": "pictures",
    "ideas.Idea.author": "ideas",
    "ideas.Vote.voter": "votes",
    "ideas.VoteEvent.voter_id": "vote_changes",
    "mfa.Authenticator.user": "keys",
    "usersessions.UserSession.user": "signed_in",
}
OFFICE = "work of the brand's people in the back office, not a member's data"
ELSEWHERE = {
    "admin.LogEntry.user": OFFICE,
    "community_members.Member.user_permissions": OFFICE,
    "crm_bridge.AccessEntry.actor_id": "the look is in the file of the member looked at",
    "crm_bridge.AudienceQuestion.actor": OFFICE,
    "crm_bridge.Segment.owner": OFFICE,
    "forums.Post.deleted_by": OFFICE,
    "forums.Post.edited_by": "one's own edits are earlier_versions; others' are a moderator's work",
    "forums.PostRevision.replaced_by": "earlier_versions has all of one's own posts; the rest is a moderator's work",
    "forums.PostRevision.removed_by": OFFICE,
    "forums.Topic.last_author": "worked out from posts",
    "ideas.Idea.decided_by": OFFICE,
}
NOT_PEOPLE = {"object_id", "event_id", "last_event_id", "external_id", "idea_id", "previous_id"}


def columns():
    """Every column that leads, or by its name may lead, to a member."""
    for model in apps.get_models():
        if model._meta.proxy or model._meta.app_config.name.startswith(("wagtail", "community.pages")):
            continue  # pages, pictures and documents: OFFICE
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]:
            number = isinstance(field, models.IntegerField) and field.name.endswith("_id")
            mine = model is Member and field.many_to_many
            if mine or field.related_model is Member or (number and field.name not in NOT_PEOPLE):
                yield f"{model._meta.label}.{field.name}"


def test_every_column_that_leads_to_a_member_is_covered_or_explained():
    assert set(columns()) == {*COVERED, *ELSEWHERE}
    assert not set(COVERED) & set(ELSEWHERE)


@pytest.fixture
def ada():
    """Somebody with a row in every table there is, made by the services as far as they go."""
    load_words()
    ada = permit(staff(Role.MODERATOR, "ada"), "profiling:onsite", "product_news:email")
    ben, at = member("ben", name="Ben Secret"), now()
    declare_keywords(member=ada, keywords=["camping", "tow bar"], now=at)
    set_garage(member=ada, cars=[CarEntry("Norling", "4 Touring", 2023)], now=at)
    talk(ada, ben)
    better = contest()
    idea(better, author=ada)
    cast_vote(voter=ada, idea=idea(better, author=ben, title="A lamp"), now=VOTING)
    club = ensure_club(slug="touring-club", kind="circle", title_en="Touring club", title_zh="旅行会", now=SUBMISSION)
    join_club(member=ada, club=club, now=at)
    set_muted(member_id=ada.pk, kind="forums.useful", muted=True)
    services.pause_contact(member=ada, until=(at + timedelta(days=9)).date(), now=at)
    EmailAddress.objects.create(user=ada, email="ada@example.org", verified=True, primary=True)
    Authenticator.objects.create(user=ada, type=Authenticator.Type.TOTP, data={"secret": "SECRET-SEED"})
    Session.objects.create(session_key="SECRET-SESSION", expire_date=at + timedelta(days=1))
    UserSession.objects.create(user=ada, ip="192.0.2.7", user_agent="Tests", session_key="SECRET-SESSION")
    Imported.objects.create(source="old-forum", kind="Users", external_id="17", local_id=ada.pk)
    looked = {"kind": "listed", "purpose": "product_news", "channel": "email", "why": "interest:camping", "at": at}
    AccessEntry.objects.create(member_id=ada.pk, actor_id=ben.pk, actor_title="marketer", **looked)
    drain()
    services.mute(member=ada, keyword="camping", now=at)
    drain()
    return ada


def talk(ada, ben):
    board, at = ensure_board(slug="touring", title_en="Touring", title_zh="旅行"), now()
    topic = open_topic(author=ada, board=board, title="Which roof rack?", source="Roof bars.", now=at)
    post = write_post(topic=topic, author=ada, source="Camping with them, @ben", now=at)
    edit_post(post=post, editor=ada, source="Camping with roof bars, @ben", now=at)
    react(
        post=write_post(topic=topic, author=ben, source="Take these, @ada", now=at), member=ada, kind="useful", now=at
    )
    mark_read(reader=ada, topic=Topic.objects.get(pk=topic.pk), number=2, now=at)
    mark_board_read(reader=ada, board=board, now=at)
    Upload.objects.create(member=ada, file="posts/2026/11/a.webp", at=at)


def printed(who, form="json"):
    out = io.StringIO()
    call_command("explain", who, format=form, stdout=out)
    return out.getvalue()


def test_every_table_that_has_something_of_a_member_shows_it_in_the_file(ada):
    file = document(ada)
    assert [path for path in COVERED.values() if not file.get(path)] == []
    assert file["account"]["username"] == "ada"
    assert [entry["keyword"] for entry in file["profile"]["interests"] if entry["muted"]] == ["camping"]
    assert len(file["posts"]) == 2 and len(file["facts"]) >= 10


@pytest.mark.serverless
def test_the_vocabulary_is_asked_once_for_all_interests(ada):
    with CaptureQueriesContext(connection) as queries:
        file = document(ada)
    assert len(file["profile"]["interests"]) > 1
    asked = [query["sql"] for query in queries if f'"{VocabularyVersion._meta.db_table}"' in query["sql"]]
    assert len(asked) == 1


@pytest.mark.serverless
def test_the_file_names_nobody_else_and_tells_no_secret(ada):
    text = printed("ada")
    ben = Member.objects.get(username="ben")
    assert "Ben Secret" not in text and str(ben.public_id) not in text and "ben@example.org" not in text
    assert "SECRET" not in text and Member.objects.get(pk=ada.pk).password not in text
    assert all(not OTHERS & set(fact) for fact in json.loads(text)["facts"])
    assert json.loads(text)["looks"][0].keys() == {
        *("at", "kind", "actor_title", "purpose", "channel", "why", "columns")
    }


@pytest.mark.serverless
def test_two_providers_never_use_one_name(ada):
    names = [name for part in contributions("members.explain", ada.pk) for name in part]
    own = {"public_id", "profile", "signals", "controls", "activity", "belongings", "unknown_words", "looks", "facts"}
    assert len(names) == len(set(names)) and not own & set(names)


@pytest.mark.serverless
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_download_is_exactly_what_the_command_prints(ada, client, language):
    Member.objects.filter(pk=ada.pk).update(language=language)
    client.force_login(ada)
    confirm(client)
    ada.refresh_from_db()
    downloaded = client.get(reverse("crm:download")).content.decode()
    assert downloaded == printed("ada")
    assert client.get(reverse("crm:download")).content.decode() == printed(str(ada.public_id))


@pytest.mark.serverless
def test_printing_the_file_is_a_look_the_member_sees(ada, client):
    AccessEntry.objects.all().delete()
    assert json.loads(printed("ada"))["looks"] == []
    entry = AccessEntry.objects.get()
    assert (entry.member_id, entry.actor_id, entry.actor_title, entry.kind) == (ada.pk, 0, "operator", "file")
    assert [look["kind"] for look in json.loads(printed("ada"))["looks"]] == ["file"]
    client.force_login(ada)
    for name in ("mirror", "looks"):
        text = client.get(reverse(f"crm:{name}")).content.decode()
        assert "Operator of the site" in text and "read your whole file" in text and "Running the site" in text
    client.force_login(staff(Role.MARKETER, "reader"))
    assert "Operator of the site read the file of 1 person" in client.get("/workbench/").content.decode()


@pytest.mark.serverless
def test_who_is_gone_leaves_no_look(ada):
    erase_member(member=ada, now=now())
    printed(str(Member.objects.get(pk=ada.pk).public_id))
    assert not AccessEntry.objects.filter(member_id=ada.pk)


@pytest.mark.serverless
def test_the_text_form_has_every_section(ada):
    lines = printed("ada", "text").splitlines()
    tops = {line.partition(":")[0] for line in lines if not line.startswith(" ")}
    assert tops == set(document(ada))


@pytest.mark.serverless
@pytest.mark.parametrize("who", ["nobody", "", "1", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_member_is_an_error(ada, who):
    with pytest.raises(CommandError):
        printed(who)


def test_an_erased_members_file_has_nothing_left_but_what_stays_without_a_name(ada):
    erase_member(member=ada, now=now())
    drain()
    file = document(Member.objects.get(pk=ada.pk))
    left = {name for name, value in file.items() if value}
    assert left == {"public_id", "account", "topics", "posts", "ideas", "imported_from", "facts"}
    assert [fact["name"] for fact in file["facts"]] == ["members.member.erased"]

"""What is somebody else’s: by number, name or key, read or changed, as another member or one of the brand."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.test import Client

from community.consent.api import permits_of
from community.inbox.models import MutedKind, Notification
from community.members.api import Member, Role
from crm_bridge.models import Segment
from forums import services
from forums.models import Post, PostRevision
from ideas.models import Idea
from tests.addresses import things
from tests.contests import begin, contest, idea
from tests.forums.places import board, first_post, picture, reply, topic
from tests.people import THEN, confirm, member, permit, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
POST_ACTS = ("edit", "delete", "restore", "react", "best", "history")
OTHERS = ("other", Role.MODERATOR, Role.SERVICE_AGENT, Role.MARKETER, Role.BRAND_MANAGER)


def client_of(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def maja():
    """Somebody with one of everything."""
    person = permit(member("maja-lindqvist", name="Maja Lindqvist"), "profiling:onsite", "product_news:email")
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    EmailAddress.objects.create(user=person, email="second@example.org", verified=True, primary=False)
    return person


@pytest.fixture(params=OTHERS)
def other(request):
    return member("other") if request.param == "other" else staff(request.param)


def test_notifications_are_ones_own(maja, other):
    about = {"kind": "forums.reply", "subject": "topic:1", "title": "x", "url": "/boards/", "last_event_id": 1}
    told = Notification.objects.create(recipient=maja, at="2026-09-01T08:00Z", **about)
    client = client_of(other)
    assert client.get(f"/notifications/{told.pk}/").status_code == 404
    client.post("/notifications/read/", {"member": maja.pk, "recipient": maja.pk})
    client.post("/notifications/mute/", {"kind": "forums.reply", "muted": "1", "member": maja.pk})
    told.refresh_from_db()
    assert told.read_at is None and set(MutedKind.objects.values_list("member_id", flat=True)) == {other.pk}
    assert client_of(maja).get(f"/notifications/{told.pk}/").status_code == 302


def test_nobody_changes_what_another_wrote(maja, other):
    opened = topic(author=maja)
    said, moderates = reply(opened, author=maja), other.username.startswith("of-moder")
    handed_in = idea(contest(actor=staff(Role.BRAND_MANAGER, "boss")), author=maja)
    begin(handed_in.contest, "submission")
    client = client_of(other)
    for post in (said, first_post(opened)):
        for act in ("edit", "delete"):
            for method in (client.get, client.post) if not moderates else ():
                assert method(f"/posts/{post.pk}/{act}/", {"source": "Mine", "title": "Mine"}).status_code == 403
    assert client.post(f"/ideas/{handed_in.pk}/do/edit/", {"title": "Mine", "source": "Mine"}).status_code == 403
    if not moderates:
        assert client.post(f"/ideas/{handed_in.pk}/do/withdraw/").status_code == 403
    assert set(Post.objects.values_list("source", flat=True)) == {"Which one do you use?", "The steel one."}
    assert Idea.objects.get(withdrawn_at=None).title == "A wet box"


def test_the_mirror_shows_and_changes_only_ones_own_whatever_is_asked(maja, other):
    client, before = client_of(other), permits_of(maja.pk)
    confirm(client)
    named = {"member": maja.pk, "member_id": maja.pk, "user": maja.pk, "id": maja.public_id}
    for part in ("", "history/", "looks/", "download/", "erase/"):
        answer = client.get(f"/me/knows/{part}", named)
        assert answer.status_code == 200 and "indqvist" not in answer.content.decode(), part
    client.post("/me/knows/permissions/", {"shown": "product_news:email", **named})
    client.post("/me/knows/pause/", {"until": "2099-01-01", **named})
    client.post("/me/knows/interests/", {"act": "mute", "keyword": "camping", **named})
    assert client.post("/me/knows/erase/", {"username": maja.username, **named}).status_code == 422
    client.post(
        "/me/space/", {"name": "Mine", "language": "en", **{f"car-{n}_FORMS": 0 for n in ("TOTAL", "INITIAL")}, **named}
    )
    maja.refresh_from_db()
    assert (permits_of(maja.pk), maja.name, maja.erased_at) == (before, "Maja Lindqvist", None)


def test_a_person_is_shown_to_those_who_may_search_and_only_by_what_they_permit(maja, other):
    client = client_of(other)
    may = other.username.startswith(("of-marke", "of-brand"))
    address = f"/workbench/people/{maja.public_id}/"
    assert client.get(address, {"for": "product_news:email"}).status_code == (200 if may else 403)
    for purpose in ("profiling:onsite", "product_news:sms", "surveys:email", "x", "*:*"):
        answer = client.get(address, {"for": purpose})
        assert answer.status_code in {403, 422} and "indqvist" not in answer.content.decode(), purpose
    silent = member("silent-lindqvist")
    for who in (silent, staff(Role.MODERATOR, "mo-lindqvist")):
        assert client.get(f"/workbench/people/{who.public_id}/").status_code in {403, 404}


def test_segments_and_exports_are_the_marketers(maja, other):
    kept = things()["segment"]
    client, may = client_of(other), other.username.startswith(("of-marke", "of-brand"))
    assert client.post("/workbench/people/export/", {"q": "permit:product_news:email"}).status_code == (
        200 if may else 403
    )
    before = Segment.objects.values().get(pk=kept)
    sent = {"q": "language:en", "was": before["line"], "segment": kept}
    assert client.post("/workbench/people/update/", sent).status_code == (302 if may else 403)
    assert (Segment.objects.values().get(pk=kept) == before) is not may
    assert client.post(f"/workbench/segments/{kept}/", {"do": "delete"}).status_code == (302 if may else 403)
    assert Segment.objects.filter(pk=kept).exists() is not may
    assert client.get("/workbench/contests/voting/export/").status_code == (
        200 if other.username.startswith("of-brand") else 403
    )


def test_addresses_keys_and_devices_are_ones_own(maja, other):
    key = Authenticator.objects.create(user=maja, type=Authenticator.Type.WEBAUTHN, data={"name": "Maja’s key"})
    at_home = client_of(maja)
    at_home.get("/")
    UserSession.objects.get_or_create(
        session_key=at_home.session.session_key, user=maja, defaults={"ip": "127.0.0.1", "user_agent": "x"}
    )
    client = client_of(other)
    confirm(client)
    for act in ("action_remove", "action_primary", "action_send"):
        client.post("/account/email/", {"email": "second@example.org", act: "1"})
    for address in (f"/account/2fa/webauthn/keys/{key.pk}/{act}/" for act in ("edit", "remove")):
        for method in (client.get, client.post):
            assert method(address, {"name": "Mine"}).status_code in {403, 404}, address
    assert "Maja" not in client.get("/account/2fa/webauthn/").content.decode()
    assert "second@" not in client.get("/account/email/").content.decode()
    client.post("/account/sessions/", {"session": at_home.session.session_key})
    assert at_home.session[SESSION_KEY] == str(maja.pk) and UserSession.objects.filter(user=maja).exists()
    key.refresh_from_db()
    assert EmailAddress.objects.filter(user=maja).count() == 2 and key.data == {"name": "Maja’s key"}


def test_guests_are_asked_to_sign_in_and_change_nothing(maja):
    opened = topic(author=maja)
    said, handed_in = reply(opened, author=maja), idea(contest(actor=staff(Role.BRAND_MANAGER, "boss")), author=maja)
    begin(handed_in.contest, "submission")
    about = {"kind": "forums.reply", "subject": "topic:1", "title": "x", "url": "/boards/", "last_event_id": 1}
    told = Notification.objects.create(recipient=maja, at=THEN, **about)
    kept = Segment.objects.create(name="Racks", line="", created_at=THEN)
    key = Authenticator.objects.create(user=maja, type=Authenticator.Type.WEBAUTHN, data={"name": "Maja’s key"})
    addresses = (
        *(f"/notifications/{part}" for part in (f"{told.pk}/", "read/", "mute/", "kinds/")),
        *(f"/posts/{post.pk}/{act}/" for post in (said, first_post(opened)) for act in POST_ACTS),
        *(f"/ideas/{handed_in.pk}/do/{act}/" for act in ("edit", "withdraw")),
        *(f"/me/knows/{part}" for part in ("", "history/", "looks/", "download/", "erase/")),
        *(f"/me/knows/{part}" for part in ("permissions/", "pause/", "interests/")),
        "/me/space/",
        f"/workbench/people/{maja.public_id}/",
        *(f"/workbench/people/{act}/" for act in ("export", "update", "save")),
        *(f"/workbench/{part}" for part in (f"segments/{kept.pk}/", "contests/voting/export/")),
        *(f"/account/2fa/webauthn/keys/{key.pk}/{act}/" for act in ("edit", "remove")),
        *(f"/account/{part}/" for part in ("email", "sessions", "2fa/webauthn")),
    )
    tables = (Member, Post, Idea, Notification, MutedKind, Segment, Authenticator, EmailAddress)
    before = [list(model._default_manager.order_by("pk").values()) for model in tables]
    sent = {"member": maja.pk, "username": maja.username, "name": "Mine", "source": "Mine", "title": "Mine"}
    sent |= {"act": "mute", "keyword": "camping", "do": "delete", "kind": "useful", "action_remove": "1"}
    sent |= {"q": "language:en", "was": kept.line, "segment": kept.pk}
    client = Client()
    for address in addresses:
        got, posted = client.get(address, sent), client.post(address, sent)
        assert got.status_code in {302, 405}, address  # to the sign-in, or from an act to what it acts on
        assert posted.status_code == 405 or posted["Location"].startswith("/account/login/?next="), address
    assert [list(model._default_manager.order_by("pk").values()) for model in tables] == before


def test_an_earlier_version_is_found_under_its_own_post_only(maja, other):
    opened = topic(author=maja)
    said, beside = reply(opened, author=maja, source="I live at 7 Elm Road."), reply(opened, author=maja)
    services.edit_post(editor=maja, post=said, source="Come by.", now=THEN)
    revision, client = PostRevision.objects.get(), client_of(other)
    moderates = other.username.startswith("of-moder")
    for post in (beside, first_post(opened)):
        for method in (client.get, client.post):
            answer = method(f"/posts/{post.pk}/history/{revision.pk}/remove/")
            assert answer.status_code == (404 if moderates else 403)
            assert "Elm" not in answer.content.decode()
    own = client.get(f"/posts/{said.pk}/history/{revision.pk}/remove/")
    assert (own.status_code, "Elm" in own.content.decode()) == ((200, True) if moderates else (403, False))
    revision.refresh_from_db()
    assert (revision.source, revision.removed_at) == ("I live at 7 Elm Road.", None)


def test_what_was_written_signed_out_is_offered_to_that_browser_only(maja, other):
    about = topic()
    client = Client()
    client.post(f"/topics/{about.pk}/reply/", {"source": "Maja’s words"})
    assert "Maja’s words" not in client_of(other).get("/me/resume/", follow=True).content.decode()


def test_drafts_are_kept_under_a_name_that_holds_whose_they_are(maja, other):
    about = topic()
    pages = [client_of(one).get(about.get_absolute_url()).content.decode() for one in (maja, other)]
    keys = [re.findall(r'data-draft="(\d+):', page) for page in pages]
    assert [set(found) for found in keys] == [{str(maja.pk)}, {str(other.pk)}]


def test_no_picture_is_found_by_counting():
    maja = client_of(member("maja"))
    names = {maja.post("/posts/upload/", {"picture": picture(size=(60, n))}).content.decode() for n in (1, 2, 3)}
    keys = {re.search(r"/media/posts/\d{4}/\d\d/([\w-]{16,})\.webp", name)[1] for name in names}
    assert len(keys) == 3
    for guess in (
        "/media/",
        "/media/posts/",
        "/media/posts/2026/",
        "/media/../secret",
        "/media/..%2fsecret",
        "/media/%2e%2e/secret",
    ):
        assert Client().get(guess).status_code in {400, 404}


def test_hidden_topics_are_reached_by_none_of_their_numbers():
    writer = staff(Role.MODERATOR, "mo")
    hidden = topic(author=writer, where=board("inside", readers="staff"), title="Prices of next year")
    said, client = reply(hidden, author=writer), client_of(member("other"))
    open_topic = topic()
    for address in (
        *(f"/topics/{hidden.pk}/{part}" for part in ("", "x/", "since/", "feed.rss", "feed.atom")),
        *(f"/posts/{said.pk}/{part}" for part in ("", "history/", "edit/", "delete/")),
    ):
        assert client.get(address).status_code == 404, address
    for act in ("react", "best", "edit", "delete", "restore"):
        assert client.post(f"/posts/{said.pk}/{act}/", {"kind": "useful"}).status_code in {403, 404}, act
    assert "steel" not in client.get(open_topic.get_absolute_url(), {"quote": said.pk}).content.decode()
    answer = client.post(f"/topics/{open_topic.pk}/reply/", {"source": "Mine", "quote": said.pk})
    assert answer.status_code == 302 and "steel" not in Post.objects.latest("pk").source
    assert Member.objects.get(username="mo") == writer

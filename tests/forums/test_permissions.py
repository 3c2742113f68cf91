"""Who may do what in the forums, cell by cell."""

import pytest

from clubs.services import ensure_club, join_club
from community.kernel.api import NotAllowed
from community.members.api import Role
from forums import services
from forums.models import Board, Post, Topic
from tests.forums.places import board, first_post, reply, topic
from tests.people import THEN, member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

PEOPLE = ("member", "asker", "author", "host", "moderator", "service_agent", "marketer", "brand_manager")
YES_NO = {"y": True, "-": False}

# Each row: an act on an object; a column each of PEOPLE. asker opened the topic, author wrote the reply, host runs the
# club whose board it is, where it is a club's.
MATRIX = """
open topic in public board      y y y y y y y y
open topic in member board      y y y y y y y y
open topic in staff board       - - - - y y y y
reply in public board           y y y y y y y y
reply in staff board            - - - - y y y y
react to reply                  y y - y y y y y
react to reply in staff board   - - - - y y y y
edit first post                 - y - - y - - -
edit reply                      - - y - y - - -
delete first post               - y - - y - - -
delete reply                    - - y - y - - -
restore reply                   - - - - y - - -
choose best answer              - y - - y y - -
close topic                     - - - - y - - -
pin topic                       - - - - y - - -
close topic of club             - - - y y - - -
pin topic of club               - - - y y - - -
edit first post of club         - - - - y - - -
delete first post of club       - - - - y - - -
make board                      - - - - - - - y
change board                    - - - - - - - y
"""
CELLS = [
    (line[:32].strip(), who, YES_NO[cell])
    for line in MATRIX.strip().splitlines()
    for who, cell in zip(PEOPLE, line[32:].split(), strict=True)
]


class Scene:
    """A public topic with a reply, a topic of staff with a reply, what was deleted, and everybody who may try."""

    def __init__(self):
        self.people = {name: member(name) for name in ("member", "asker", "author") if name != "member"}
        self.people["member"] = member("somebody")
        self.people |= {str(role): staff(role) for role in (Role.MODERATOR, Role.SERVICE_AGENT, Role.MARKETER)}
        self.people |= {"host": member("host"), "brand_manager": staff(Role.BRAND_MANAGER, "manager")}
        other = staff(Role.BRAND_MANAGER)
        camping = ensure_club(slug="camping", kind="circle", title_en="Camping", title_zh="露营", now=THEN)
        join_club(member=self.people["host"], club=camping, role="host", now=THEN)
        self.of_club = topic(where=Board.objects.get(club_slug="camping"), author=other)
        self.boards = {readers: board(f"for-{readers}", readers=readers) for readers in ("public", "member", "staff")}
        self.topic = topic(author=self.people["asker"], where=self.boards["public"])
        self.reply = reply(self.topic, author=self.people["author"])
        self.inside = topic(author=other, where=self.boards["staff"])
        self.inside_reply = reply(self.inside, author=other)
        self.gone, self.gone_reply = topic(where=self.boards["public"]), reply(self.topic)
        self.in_gone = reply(self.gone)
        self.gone_inside = topic(where=self.boards["staff"], author=other, title="Another")
        for post in (first_post(self.gone), first_post(self.gone_inside), self.gone_reply):
            services.delete_post(actor=post.author, post=post, now=THEN)

    def act(self, name, who, now):
        open_in = {f"open topic in {readers} board": place for readers, place in self.boards.items()}
        if name in open_in:
            return services.open_topic(author=who, board=open_in[name], title="New", source="text", now=now)
        first = first_post(self.topic)
        acts = {
            "reply in public board": lambda: reply(self.topic, author=who, source="Mine too."),
            "reply in staff board": lambda: reply(self.inside, author=who),
            "react to reply": lambda: services.react(member=who, post=self.reply, kind="useful", now=now),
            "react to reply in staff board": lambda: services.react(
                member=who, post=self.inside_reply, kind="useful", now=now
            ),
            "edit first post": lambda: services.edit_post(editor=who, post=first, source="changed", now=now),
            "edit reply": lambda: services.edit_post(editor=who, post=self.reply, source="changed", now=now),
            "delete first post": lambda: services.delete_post(actor=who, post=first, now=now),
            "delete reply": lambda: services.delete_post(actor=who, post=self.reply, now=now),
            "restore reply": lambda: services.restore_post(actor=who, post=self.reply, now=now),
            "choose best answer": lambda: services.choose_best_answer(member=who, post=self.reply, now=now),
            "close topic": lambda: services.set_closed(actor=who, topic=self.topic, closed=True, now=now),
            "pin topic": lambda: services.set_pinned(actor=who, topic=self.topic, pinned=True, now=now),
        }
        acts |= self.acts_in_a_club(who, now) | self.acts_on_boards(who, now)
        return acts[name]()

    def acts_in_a_club(self, who, now):
        """The same acts on the board of a club."""
        where, first = self.of_club, first_post(self.of_club)
        return {
            "close topic of club": lambda: services.set_closed(actor=who, topic=where, closed=True, now=now),
            "pin topic of club": lambda: services.set_pinned(actor=who, topic=where, pinned=True, now=now),
            "edit first post of club": lambda: services.edit_post(editor=who, post=first, source="changed", now=now),
            "delete first post of club": lambda: services.delete_post(actor=who, post=first, now=now),
        }

    def acts_on_boards(self, who, now):
        """What managers do with boards."""
        said = {"title_en": "Garage", "title_zh": "车库", "about_en": "", "about_zh": ""}
        said |= {"readers": "member", "position": 7}
        there = self.boards["public"]
        return {
            "make board": lambda: services.create_board(actor=who, slug="garage", now=now, **said),
            "change board": lambda: services.change_board(actor=who, board=there, now=now, **said),
        }

    def state(self):
        """Everything an act could change."""
        things = [self.topic, self.of_club, self.inside, self.reply, self.inside_reply, *self.boards.values()]
        kept = [type(thing).objects.filter(pk=thing.pk).values().get() for thing in things]
        return [
            kept,
            list(Post.objects.order_by("pk").values_list("source", "deleted_at")),
            Topic.objects.count(),
            Board.objects.count(),
        ]


build_world = Scene


@pytest.mark.parametrize(("act", "who", "allowed"), CELLS)
def test_who_may_do_what(act, who, allowed, now, world):
    if act == "restore reply":
        services.delete_post(actor=world.people["author"], post=world.reply, now=now)
    before = world.state()
    if allowed:
        world.act(act, world.people[who], now)
        assert world.state() != before
    else:
        with pytest.raises(NotAllowed):
            world.act(act, world.people[who], now)
        assert world.state() == before


# Pages: what a status each gets. A guest is led to the sign-in (302); what one may not read is not there (404), what
# was deleted is gone (410).
PAGES = """
boards page             200 200 200 200
public board            200 200 200 200
member board            404 200 200 200
staff board             404 404 200 200
public topic            200 200 200 200
staff topic             404 404 200 200
staff post              404 404 302 302
staff topic since       404 404 200 200
staff topic history     302 404 200 200
deleted topic           410 410 410 200
deleted topic post      410 410 410 302
deleted topic since     410 410 410 200
deleted topic history   302 410 410 200
deleted topic edit      302 410 410 200
deleted topic feed      410 410 410 410
deleted reply           302 302 302 302
deleted reply history   302 410 410 200
new topic page          302 200 200 200
choose page             302 200 200 200
edit reply page         302 403 403 200
delete reply page       302 403 403 200
staff board feed        404 404 404 404
public board feed       200 200 200 200
staff topic feed        404 404 404 404
deleted inside post     404 404 410 302
"""
VIEWERS = ("guest", "member", "service_agent", "moderator")
PAGE_CELLS = [
    (line[:24].strip(), who, int(status))
    for line in PAGES.strip().splitlines()
    for who, status in zip(VIEWERS, line[24:].split(), strict=True)
]


@pytest.mark.parametrize(("page", "who", "status"), PAGE_CELLS)
def test_who_sees_what(page, who, status, client, world):
    addresses = {
        "boards page": "/boards/",
        "public board": "/boards/for-public/",
        "member board": "/boards/for-member/",
        "staff board": "/boards/for-staff/",
        "public topic": world.topic.get_absolute_url(),
        "staff topic": world.inside.get_absolute_url(),
        "staff post": f"/posts/{world.inside_reply.pk}/",
        "staff topic since": f"/topics/{world.inside.pk}/since/",
        "staff topic history": f"/posts/{world.inside_reply.pk}/history/",
        "deleted topic": world.gone.get_absolute_url(),
        "deleted topic post": f"/posts/{world.in_gone.pk}/",
        "deleted topic since": f"/topics/{world.gone.pk}/since/",
        "deleted topic history": f"/posts/{world.in_gone.pk}/history/",
        "deleted topic edit": f"/posts/{world.in_gone.pk}/edit/",
        "deleted topic feed": f"/topics/{world.gone.pk}/feed.atom",
        "deleted inside post": f"/posts/{first_post(world.gone_inside).pk}/",
        "deleted reply": f"/posts/{world.gone_reply.pk}/",
        "deleted reply history": f"/posts/{world.gone_reply.pk}/history/",
        "new topic page": "/boards/for-public/new/",
        "choose page": "/new/",
        "edit reply page": f"/posts/{world.reply.pk}/edit/",
        "delete reply page": f"/posts/{world.reply.pk}/delete/",
        "staff board feed": "/boards/for-staff/feed.atom",
        "public board feed": "/boards/for-public/feed.atom",
        "staff topic feed": f"/topics/{world.inside.pk}/feed.rss",
    }
    if who != "guest":
        client.force_login(world.people[who])
    assert client.get(addresses[page]).status_code == status


POSTED = ["reply", "react", "best", "delete", "restore", "moderate", "upload", "read", "open"]


@pytest.mark.parametrize("act", POSTED)
def test_a_guest_who_sends_something_is_led_to_the_sign_in_and_changes_nothing(act, client, world):
    addresses = {
        "reply": f"/topics/{world.topic.pk}/reply/",
        "moderate": f"/topics/{world.topic.pk}/moderate/",
        "upload": "/posts/upload/",
        "read": "/boards/for-public/read/",
        "open": "/boards/for-public/new/",
    }
    before = world.state()
    answer = client.post(
        addresses.get(act, f"/posts/{world.reply.pk}/{act}/"),
        {"source": "text", "title": "title", "kind": "useful", "act": "close"},
    )
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/login/")
    assert world.state() == before

"""Every address of ours: who gets in, what is sent there, and one of each thing the addresses name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.urls import URLResolver
from django.utils import timezone

from clubs.services import ensure_club, join_club
from community.inbox.models import Notification
from community.members.api import Role
from crm_bridge.models import Segment
from forums.models import PostRevision
from tests.contests import begin, contest, idea
from tests.forums.places import board, first_post, reply, topic
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.sites import ensure_site

COLUMNS = ("guest", "member", "moderator", "service_agent", "marketer", "brand_manager")
# Not ours: their libraries test them. Who gets into them at all is in the table.
LIBRARIES = ("account/", "cms/", "django-admin/", "i18n/")

# ok: shown, or done and led on; in: asked to sign in; up: led to the page the act belongs to; off: sent away by a back
# office; else the status of the refusal. Objects are somebody else's.
# guest, member, moderator, service_agent, marketer, brand_manager
TABLE = """
get  /                                                    ok  ok  ok  ok  ok  ok
get  /articles/                                           ok  ok  ok  ok  ok  ok
get  /boards/                                             ok  ok  ok  ok  ok  ok
get  /new/                                                in  ok  ok  ok  ok  ok
get  /boards/public/                                      ok  ok  ok  ok  ok  ok
get  /boards/staff/                                       404 404 ok  ok  ok  ok
get  /boards/public/new/                                  in  ok  ok  ok  ok  ok
post /boards/public/new/                                  in  ok  ok  ok  ok  ok
post /boards/staff/new/                                   in  404 ok  ok  ok  ok
post /boards/public/read/                                 in  ok  ok  ok  ok  ok
post /boards/staff/read/                                  in  404 ok  ok  ok  ok
get  /boards/public/feed.rss                              ok  ok  ok  ok  ok  ok
get  /boards/public/feed.atom                             ok  ok  ok  ok  ok  ok
get  /boards/staff/feed.rss                               404 404 404 404 404 404
get  /boards/staff/feed.atom                              404 404 404 404 404 404
get  /topics/{topic}/                                     ok  ok  ok  ok  ok  ok
get  /topics/{topic}/{slug}/                              ok  ok  ok  ok  ok  ok
get  /topics/{staff_topic}/                               404 404 ok  ok  ok  ok
get  /topics/{staff_topic}/x/                             404 404 ok  ok  ok  ok
get  /topics/{topic}/reply/                               up  up  up  up  up  up
post /topics/{topic}/reply/                               in  ok  ok  ok  ok  ok
post /topics/{staff_topic}/reply/                         in  404 ok  ok  ok  ok
get  /topics/{topic}/since/                               ok  ok  ok  ok  ok  ok
get  /topics/{staff_topic}/since/                         404 404 ok  ok  ok  ok
post /topics/{topic}/read/                                in  ok  ok  ok  ok  ok
post /topics/{staff_topic}/read/                          in  404 ok  ok  ok  ok
post /topics/{topic}/moderate/                            in  403 ok  403 403 403
get  /topics/{topic}/feed.rss                             ok  ok  ok  ok  ok  ok
get  /topics/{topic}/feed.atom                            ok  ok  ok  ok  ok  ok
get  /topics/{staff_topic}/feed.rss                       404 404 404 404 404 404
get  /topics/{staff_topic}/feed.atom                      404 404 404 404 404 404
post /posts/upload/                                       in  422 422 422 422 422
get  /posts/{post}/                                       ok  ok  ok  ok  ok  ok
get  /posts/{staff_post}/                                 404 404 ok  ok  ok  ok
post /posts/{post}/react/                                 in  ok  ok  ok  ok  ok
post /posts/{staff_post}/react/                           in  404 ok  ok  ok  ok
post /posts/{post}/best/                                  in  403 ok  ok  403 403
get  /posts/{post}/edit/                                  in  403 ok  403 403 403
post /posts/{post}/edit/                                  in  403 ok  403 403 403
get  /posts/{post}/delete/                                in  403 ok  403 403 403
post /posts/{post}/delete/                                in  403 ok  403 403 403
post /posts/{post}/restore/                               in  403 ok  403 403 403
get  /posts/{post}/history/                               in  ok  ok  ok  ok  ok
get  /posts/{staff_post}/history/                         in  404 ok  ok  ok  ok
post /posts/{post}/history/{revision}/remove/             in  403 ok  403 403 403
get  /ideas/                                              ok  ok  ok  ok  ok  ok
get  /contests/voting/                                    ok  ok  ok  ok  ok  ok
get  /contests/voting/since/                              ok  ok  ok  ok  ok  ok
get  /contests/voting/results/                            404 404 404 404 404 404
get  /contests/voting/new/                                in  409 409 409 409 409
post /contests/voting/new/                                in  409 409 409 409 409
get  /ideas/{idea}/                                       ok  ok  ok  ok  ok  ok
get  /ideas/{idea}/{idea_slug}/                           ok  ok  ok  ok  ok  ok
get  /ideas/{idea}/do/vote/                               up  up  up  up  up  up
post /ideas/{idea}/do/vote/                               in  ok  ok  ok  ok  ok
post /ideas/{idea}/do/edit/                               in  403 403 403 403 403
post /ideas/{idea}/do/withdraw/                           in  403 ok  403 403 403
get  /clubs/                                              ok  ok  ok  ok  ok  ok
get  /clubs/touring/                                      ok  ok  ok  ok  ok  ok
get  /clubs/touring/members/                              ok  ok  ok  ok  ok  ok
post /clubs/touring/membership/                           in  ok  ok  ok  ok  ok
get  /clubs/touring/about/                                in  403 403 403 403 ok
post /clubs/touring/about/                                in  403 403 403 403 ok
get  /search/?q=roof                                      ok  ok  ok  ok  ok  ok
post /home/hide/                                          in  ok  ok  ok  ok  ok
get  /members/?q=rea                                      403 ok  ok  ok  ok  ok
get  /members/reached/                                    ok  ok  ok  ok  ok  ok
get  /privacy/                                            ok  ok  ok  ok  ok  ok
get  /me/                                                 in  ok  ok  ok  ok  ok
get  /me/space/                                           in  ok  ok  ok  ok  ok
post /me/space/                                           in  ok  ok  ok  ok  ok
get  /me/resume/                                          in  up  up  up  up  up
get  /me/welcome/                                         in  ok  ok  ok  ok  ok
post /me/language/                                        ok  ok  ok  ok  ok  ok
post /me/theme/                                           ok  ok  ok  ok  ok  ok
get  /me/knows/                                           in  ok  ok  ok  ok  ok
post /me/knows/interests/                                 in  403 403 403 403 403
post /me/knows/permissions/                               in  ok  ok  ok  ok  ok
post /me/knows/pause/                                     in  ok  ok  ok  ok  ok
get  /me/knows/history/                                   in  ok  ok  ok  ok  ok
get  /me/knows/looks/                                     in  ok  ok  ok  ok  ok
get  /me/knows/download/                                  in  ok  ok  ok  ok  ok
get  /me/knows/download/ready/                            in  ok  ok  ok  ok  ok
get  /me/knows/erase/                                     in  ok  ok  ok  ok  ok
post /me/knows/erase/                                     in  422 422 422 422 422
get  /me/knows/erased/                                    ok  ok  ok  ok  ok  ok
get  /notifications/                                      in  ok  ok  ok  ok  ok
post /notifications/read/                                 in  ok  ok  ok  ok  ok
post /notifications/mute/                                 in  ok  ok  ok  ok  ok
post /notifications/kinds/                                in  ok  ok  ok  ok  ok
get  /notifications/bell/                                 403 ok  ok  ok  ok  ok
get  /notifications/{notification}/                       in  404 404 404 404 404
get  /workbench/                                          in  403 ok  ok  ok  ok
get  /workbench/people/                                   in  403 403 403 ok  ok
post /workbench/people/export/                            in  403 403 403 ok  ok
get  /workbench/people/{person}/                          in  403 403 403 ok  ok
get  /workbench/segments/                                 in  403 403 403 ok  ok
post /workbench/people/save/                              in  403 403 403 ok  ok
post /workbench/people/update/                            in  403 403 403 ok  ok
post /workbench/segments/{segment}/                       in  403 403 403 ok  ok
get  /workbench/terms/                                    in  403 403 403 ok  ok
post /workbench/terms/decide/                             in  403 403 403 ok  ok
get  /workbench/contests/                                 in  403 403 403 403 ok
get  /workbench/contests/voting/                          in  403 403 403 403 ok
post /workbench/contests/voting/phases/                   in  403 403 403 403 422
post /workbench/contests/voting/screening/                in  403 403 403 403 409
get  /workbench/contests/voting/export/                   in  403 403 403 403 ok
post /workbench/contests/voting/titles/                   in  403 403 403 403 ok
get  /workbench/waiting/                                  in  403 403 ok  403 403
get  /workbench/boards/                                   in  403 403 403 403 ok
get  /workbench/boards/new/                               in  403 403 403 403 ok
post /workbench/boards/new/                               in  403 403 403 403 ok
get  /workbench/boards/staff/                             in  403 403 403 403 ok
post /workbench/boards/staff/                             in  403 403 403 403 ok
get  /workbench/clubs/                                    in  403 403 403 403 ok
get  /workbench/clubs/new/                                in  403 403 403 403 ok
post /workbench/clubs/new/                                in  403 403 403 403 ok
get  /workbench/clubs/touring/                            in  403 403 403 403 ok
post /workbench/clubs/touring/                            in  403 403 403 403 ok
post /workbench/clubs/touring/roles/                      in  403 403 403 403 ok
get  /healthz                                             ok  ok  ok  ok  ok  ok
get  /readyz                                              ok  ok  ok  ok  ok  ok
get  /metrics                                             404 404 404 404 404 404
get  /media/posts/2026/09/none.webp                       404 404 404 404 404 404
get  /manifest.webmanifest                                ok  ok  ok  ok  ok  ok
get  /robots.txt                                          ok  ok  ok  ok  ok  ok
get  /sitemap.xml                                         ok  ok  ok  ok  ok  ok
get  /documents/1/none                                    404 404 404 404 404 404
get  /documents/authenticate_with_password/1/             404 404 404 404 404 404
get  /_util/login/                                        in  403 403 403 403 403
get  /_util/authenticate_with_password/1/1/               404 404 404 404 404 404
get  /cms/                                                in  in  in  in  ok  ok
get  /cms/users/                                          in  in  in  in  off off
get  /cms/snippets/crm_bridge/keyword/                    in  in  in  in  ok  ok
get  /cms/pages/                                          in  in  in  in  ok  ok
get  /django-admin/                                       in  in  in  in  in  in
"""
SENT: dict[str, dict[str, str]] = {
    "/boards/public/new/": {"title": "New", "source": "Text"},
    "/boards/staff/new/": {"title": "New", "source": "Text"},
    "/topics/{topic}/reply/": {"source": "Text"},
    "/topics/{staff_topic}/reply/": {"source": "Text"},
    "/topics/{topic}/moderate/": {"act": "close"},
    "/posts/{post}/edit/": {"source": "Other", "version": "{post_version}"},
    "/posts/{post}/react/": {"kind": "useful"},
    "/posts/{staff_post}/react/": {"kind": "useful"},
    "/contests/voting/new/": {"title": "A lamp", "source": "Under the lid"},
    "/ideas/{idea}/do/edit/": {"title": "A lamp", "source": "Under the lid"},
    "/clubs/touring/membership/": {"act": "join"},
    "/me/knows/interests/": {"act": "add", "term": "camping"},
    "/me/knows/permissions/": {"purpose": "product_news", "channel": "email", "answer": "yes"},
    "/me/knows/pause/": {"act": "end"},
    "/me/language/": {"language": "en"},
    "/me/theme/": {"theme": "dark"},
    "/me/space/": {"name": "Mine", "language": "en", "car-TOTAL_FORMS": "0", "car-INITIAL_FORMS": "0"},
    "/notifications/mute/": {"kind": "forums.reply", "muted": "1"},
    "/home/hide/": {"key": "article:1"},
    "/workbench/people/save/": {"q": "active<30d", "name": "Lively"},
    "/workbench/people/update/": {"q": "active<9d", "was": "active<30d", "segment": "{segment}"},
    "/workbench/segments/{segment}/": {"name": "Other"},
    "/workbench/people/export/": {"q": "active<30d"},
    "/workbench/terms/decide/": {"do": "dismiss", "term": "sprocket"},
    "/clubs/touring/about/": {"about_en": "Far away", "version": "{club_version}"},
    "/workbench/contests/voting/screening/": {"idea": "{idea}", "reason": "Twice here"},
    "/workbench/contests/voting/titles/": {"title_en": "A", "title_zh": "甲", "version": "{contest_version}"},
    "/workbench/boards/new/": {
        "slug": "garage",
        "title_en": "Garage",
        "title_zh": "车库",
        "readers": "member",
        "position": "7",
    },
    "/workbench/boards/staff/": {
        "title_en": "Inside",
        "title_zh": "内部",
        "readers": "public",
        "position": "7",
        "version": "{board_version}",
    },
    "/workbench/clubs/new/": {"kind": "circle", "slug": "skiing", "title_en": "Skiing", "title_zh": "滑雪"},
    "/workbench/clubs/touring/": {"title_en": "Tours", "title_zh": "旅行", "version": "{club_version}"},
    "/workbench/clubs/touring/roles/": {"username": "reached", "role": "host"},
}
ROWS = [(line.split()[0], line.split()[1], line.split()[2:]) for line in TABLE.strip().splitlines()]


def things() -> dict[str, Any]:
    """One of each thing, with a name to put into addresses."""
    ensure_site()
    touring = ensure_club(slug="touring", title_en="Touring", title_zh="旅行", now=THEN)
    public, inside, writer = board("public"), board("staff", readers="staff"), staff(Role.BRAND_MANAGER, "writer")
    shown, hidden = topic(where=public), topic(author=writer, where=inside)
    said = reply(shown)
    revision = PostRevision.objects.create(post=said, source="Old", replaced_at=THEN, replaced_by=said.author)
    drain()  # the engine has its indexes
    handed_in = idea(contest("voting", actor=writer))
    begin(handed_in.contest, "voting")
    reached = permit(member("reached"), "product_news:email", "profiling:onsite")
    join_club(member=reached, club=touring, now=THEN)
    told = {"kind": "forums.reply", "title": "Racks", "url": "/boards/", "last_event_id": 1, "at": THEN}
    return {
        "topic": shown.pk,
        "slug": shown.get_absolute_url().split("/")[3],
        "staff_topic": hidden.pk,
        "post": said.pk,
        "post_version": said.version,
        "first": first_post(shown).pk,
        "staff_post": first_post(hidden).pk,
        "revision": revision.pk,
        "board_version": inside.version,
        "club_version": touring.version,
        "contest_version": handed_in.contest.version,
        "idea": handed_in.pk,
        "idea_slug": handed_in.get_absolute_url().split("/")[3],
        "person": reached.public_id,
        "segment": Segment.objects.create(
            name="Racks", line="active<30d", purpose="product_news", channel="email", created_at=timezone.now()
        ).pk,
        "notification": Notification.objects.create(recipient=reached, subject="topic:1", **told).pk,
    }


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Every route there is."""
    for part in resolver.url_patterns:
        route = before + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from routes(part, route)
        else:
            yield route


def sent_to(address: str, names: Mapping[str, Any]) -> dict[str, str]:
    """What a form at an address of the table sends."""
    return {name: value.format(**names) for name, value in SENT.get(address, {}).items()}

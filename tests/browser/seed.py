"""Fills the site the browser tests visit; prints where things are as JSON."""

from __future__ import annotations

import json
from datetime import timedelta

import django

django.setup()

from allauth.account.models import EmailAddress
from django.core.management import call_command

from clubs.models import ClubKind, MemberRole
from clubs.services import ensure_club, join_club, set_role
from community.consent.api import VERSION, grant
from community.kernel.api import now
from community.members.api import (
    CarEntry,
    Role,
    change_space,
    declare_keywords,
    give_role,
    register,
    set_garage,
)
from community.pages.api import ensure_page, ensure_site, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage
from crm_bridge.keywords.sightings import Sighting, record_sightings
from crm_bridge.segments.services import save_segment
from forums.services import choose_best_answer, edit_post, ensure_board, open_topic, react, write_post
from ideas.services import advance_contests, cast_vote, decide, open_contest, submit_idea
from tests.browser.people import PASSWORD, PEOPLE

NOW = now()
DAYS = timedelta(days=1)


def people():
    made = {}
    for one in PEOPLE.values():
        person = register(
            username=one.username,
            email=one.email,
            password=PASSWORD,
            name=one.name,
            language=one.language,
            now=NOW - 40 * DAYS,
        )
        EmailAddress.objects.create(user=person, email=person.email, primary=True, verified=True)
        if one.role:
            give_role(member=person, role=Role(one.role), title="Norling")
        grant(member_id=person.pk, purpose="profiling", channel="onsite", text_version=VERSION, source="test", now=NOW)
        made[one.username] = person
    return made


def conversation(made):
    board = ensure_board(
        slug="touring", title_en="Touring", title_zh="旅行", about_en="On the road.", about_zh="在路上。"
    )
    topic = open_topic(
        author=made["maja"],
        board=board,
        title="Which roof rack for skis?",
        source="Two pairs, **four** boots.\n\n- steel\n- aluminium\n\n> Measure twice.",
        now=NOW - 5 * DAYS,
    )
    answer = write_post(author=made["otto"], topic=topic, source="The steel one, see `1.2 m`.", now=NOW - 4 * DAYS)
    write_post(author=made["of-brand"], topic=topic, source="We tested both.", now=NOW - 3 * DAYS)
    react(member=made["maja"], post=answer, kind="useful", now=NOW - 3 * DAYS)
    choose_best_answer(member=made["maja"], post=answer, now=NOW - 3 * DAYS)
    open_topic(author=made["lin"], board=board, title="行李架会不会有风噪？", source="高速上声音大吗？", now=NOW - DAYS)
    unbroken = "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichen" * 3
    long = open_topic(
        author=made["maja"],
        board=board,
        title=unbroken[:190],
        source=f"{unbroken} https://example.org/{unbroken}\n\n> {unbroken}\n\n# {unbroken}\n\n`{unbroken}`",
        now=NOW - DAYS / 2,
    )
    for number in range(45):
        write_post(author=made["otto"], topic=long, source=f"Reply {number}", now=NOW - DAYS / 3)
    return board, topic, long


def competition(made):
    times = [("submission", NOW - 10 * DAYS), ("voting", NOW - 2 * DAYS), ("decision", NOW + 10 * DAYS)]
    contest = open_contest(
        actor=made["of-brand"],
        slug="better-boot",
        title_en="A better boot",
        title_zh="更好用的后备厢",
        phases=[*times, ("results", NOW + 12 * DAYS)],
        now=NOW - 11 * DAYS,
    )
    ideas = [
        submit_idea(author=made[who], contest=contest, title=title, source=f"{title}, here.", now=NOW - 9 * DAYS)
        for who, title in (("maja", "A wet box"), ("otto", "A lamp that comes off"))
    ]
    cast_vote(voter=made["otto"], idea=ideas[0], now=NOW - DAYS)
    return contest, ideas[0]


def other_competitions(made):
    """A contest in each other phase: its slug, when it began and how long its phases are, in days."""
    ideas = {}
    for slug, ago, length in (("warm-seats", 39, 10), ("quiet-tyres", 25, 12), ("more-light", 2, 10), ("next", -9, 5)):
        starts = NOW - ago * DAYS
        kinds = ("submission", "voting", "decision", "results")
        contest = open_contest(
            actor=made["of-brand"],
            slug=slug,
            title_en=slug.replace("-", " ").capitalize(),
            title_zh=f"共创 {slug}",
            phases=[(kind, starts + number * length * DAYS) for number, kind in enumerate(kinds)],
            now=NOW - 39.5 * DAYS,
        )
        if ago > 0:
            ideas[slug] = [
                submit_idea(author=made[who], contest=contest, title=title, source=f"{title}.", now=starts + DAYS / 2)
                for who, title in (("maja", "A switch on the wheel"), ("lin", "座椅加热再快一点"))
            ]
        if ago > length:
            cast_vote(voter=made["otto"], idea=ideas[slug][0], now=starts + (length + 1) * DAYS)
    reasons = {"reason_en": "We build it next year.", "reason_zh": "明年就做。"}
    at = NOW - 15 * DAYS
    decide(actor=made["of-brand"], idea=ideas["warm-seats"][0], decision="adopted", **reasons, now=at)
    decide(actor=made["of-brand"], idea=ideas["warm-seats"][1], decision="refused", **reasons, now=at)
    advance_contests(now=NOW)
    return ideas["more-light"]


def what_waits(made, board):
    """A question nobody has answered, a post with a history, and words the vocabulary does not know."""
    open_topic(author=made["otto"], board=board, title="Which tyres?", source="For snow.", now=NOW - 4 * DAYS)
    posts = [
        open_topic(author=made[who], board=board, title=title, source=source, now=NOW - 2 * DAYS).posts.get()
        for who, title, source in (("maja", "Roof box", "A *big* one."), ("lin", "车顶箱", "要大的。"))
    ]
    for post in posts:
        edit_post(editor=post.author, post=post, source=f"{post.source} **!**", now=NOW - DAYS)
    everybody = [person.pk for person in made.values()]
    record_sightings(Sighting(term, who, "search", NOW) for term in ("dachzelt", "车顶帐篷") for who in everybody)
    return posts


def brand_club(made):
    club = ensure_club(
        slug="four-t",
        title_en="Norling 4T",
        title_zh="诺岭 4T",
        about_en="For everybody who drives one.",
        about_zh="给每一位车主。",
        models=["Norling 4T"],
        now=NOW - 30 * DAYS,
    )
    for person in (made["maja"], made["otto"], made["lin"]):
        join_club(member=person, club=club, now=NOW - 20 * DAYS)
    for person in (made["maja"], made["lin"]):  # who has three buttons there
        set_role(member=person, club=club, role=MemberRole.LEADER, now=NOW - 20 * DAYS)
    return club


def circle():
    return ensure_club(
        slug="under-the-stars",
        kind=ClubKind.CIRCLE,
        title_en="Under the stars",
        title_zh="星空露营",
        about_en="Nights out.",
        about_zh="在外过夜。",
        keywords=["camping"],
        now=NOW - 30 * DAYS,
    )


def seed():
    call_command("migrate", run_syncdb=True, verbosity=0)
    ensure_site()
    call_command("load_vocabulary", verbosity=0)
    made = people()
    board, topic, long = conversation(made)
    contest, idea = competition(made)
    own_ideas, own_posts = other_competitions(made), what_waits(made, board)
    club = brand_club(made)
    grant(
        member_id=made["otto"].pk,
        purpose="product_news",
        channel="email",
        text_version=VERSION,
        source="test",
        now=NOW,
    )
    change_space(member=made["maja"], name="Maja", about="Skis and long roads.", language="en", now=NOW)
    declare_keywords(member=made["maja"], keywords=["roof rack", "滑雪"], now=NOW)
    declare_keywords(member=made["lin"], keywords=["滑雪"], now=NOW)
    save_segment(actor=made["of-market"], name="Who reads Chinese", line="language:zh", now=NOW)
    set_garage(member=made["maja"], cars=[CarEntry("Norling", "4T", 2024)], now=NOW)
    article = ensure_page(
        ArticlePage,
        ArticleIndexPage.objects.get(locale__language_code="en"),
        slug="winter",
        en={"title": "Winter tyres", "lead": "Before the snow.", "body": paragraphs(["Change them."]), "scene": "pass"},
        zh={"title": "冬季轮胎", "lead": "赶在下雪前。", "body": paragraphs(["换上它。"]), "scene": "pass"},
    )
    return {
        "board": board.get_absolute_url(),
        "topic": topic.get_absolute_url(),
        "long": long.get_absolute_url(),
        "contest": contest.get_absolute_url(),
        "idea": idea.get_absolute_url(),
        "club": club.get_absolute_url(),
        "circle": circle().get_absolute_url(),
        "club-about": f"{club.get_absolute_url()}about/",
        "club-members": f"{club.get_absolute_url()}members/",
        "person": f"/workbench/people/{made['otto'].public_id}/",
        "space": "/members/maja/",
        "article": "/articles/winter/",
        "article-edit": f"/cms/pages/{article.pk}/edit/",
        "results": "/contests/warm-seats/results/",
        **{f"{who}-idea": f"/ideas/{one.pk}/do/edit/" for who, one in zip(("maja", "lin"), own_ideas, strict=True)},
        **{f"{who}-post": f"/posts/{one.pk}/" for who, one in zip(("maja", "lin"), own_posts, strict=True)},
    }


print(json.dumps(seed()))

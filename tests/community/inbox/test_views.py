import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from community.inbox.models import MutedKind, Notification
from community.inbox.services import Notice, bell_of, mark_read, notification_kinds, notify, set_muted
from community.members.api import Member, erase_member
from tests.people import member

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def tell(recipient, actor, now, *, subject="topic:1", event_id=1, kind="forums.reply", title="Roof racks"):
    notify([notice(recipient, actor, now, subject=subject, event_id=event_id, kind=kind, title=title)])


def notice(recipient, actor, now, *, subject="topic:1", event_id=1, kind="forums.reply", title="Roof racks"):
    return Notice(
        recipient_id=recipient.pk,
        kind=kind,
        subject=subject,
        actor_id=actor.pk,
        url="/posts/1/",
        title=title,
        at=now,
        event_id=event_id,
    )


@pytest.mark.parametrize("name", ["notifications", "read", "mute", "kinds"])
def test_a_guest_is_asked_to_sign_in(client, name):
    method = client.get if name == "notifications" else client.post
    response = method(reverse(f"inbox:{name}"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("lines", [1, 3])
def test_the_page_costs_a_constant_number_of_queries(client, lines, now, django_assert_num_queries):
    maja = member("maja")
    for number in range(lines):
        tell(maja, member(name=f"Person {number}"), now, subject=f"topic:{number}", event_id=number + 1)
    client.force_login(maja)
    client.get(reverse("inbox:notifications"))
    # session, member, lines, the cards, unread, muted kinds, bell
    with django_assert_num_queries(7):
        response = client.get(reverse("inbox:notifications"))
    assert response.status_code == 200
    assert all(f"Person {number}" in response.content.decode() for number in range(lines))


def test_repeats_fold_into_one_line_until_it_is_read(now):
    maja, otto = member("maja"), member("otto")
    tell(maja, otto, now, event_id=1)
    tell(maja, otto, now, event_id=2)
    tell(maja, otto, now, event_id=2)
    assert list(Notification.objects.values_list("count", "actor_ids")) == [(2, [otto.pk])]
    mark_read(member_id=maja.pk, now=now)
    tell(maja, otto, now, event_id=2)
    assert bell_of(maja.pk).unread == 0
    tell(maja, otto, now, event_id=3)
    assert bell_of(maja.pk).unread == 1
    assert Notification.objects.count() == 2


def test_facts_of_several_people_count_in_whatever_order_they_arrive(now):
    maja, otto, ines = member("maja"), member("otto"), member("ines")
    tell(maja, ines, now, event_id=6, title="Newest")
    tell(maja, otto, now, event_id=5, title="Older")
    tell(maja, otto, now, event_id=5, title="Older")
    assert list(Notification.objects.values_list("count", "title", "last_event_id")) == [(2, "Newest", 6)]


@pytest.mark.parametrize("count", [1, 60])
def test_many_notices_cost_as_many_queries_as_one(now, count, django_assert_num_queries):
    people, otto = [member(f"reader{number}") for number in range(6)], member("otto")
    notices = [
        notice(people[n % 6], otto, now, subject=f"topic:{n % 10}", event_id=n + 1, title=str(n)) for n in range(count)
    ]
    # savepoint, who is here, muted kinds, known lines, empty lines, their locks, the lines, pushes, savepoint
    with django_assert_num_queries(9):
        notify(notices)
    assert sum(Notification.objects.values_list("count", flat=True)) == count
    assert Notification.objects.count() == len({(n % 6, n % 10) for n in range(count)})
    notify(notices)
    assert sum(Notification.objects.values_list("count", flat=True)) == count


def test_a_muted_kind_is_not_told_and_the_others_are(now):
    maja, ines, otto = member("maja"), member("ines"), member("otto")
    set_muted(member_id=maja.pk, kind="forums.reply", muted=True)
    notify([notice(maja, otto, now), notice(ines, otto, now), notice(maja, otto, now, kind="forums.quote")])
    assert sorted(Notification.objects.values_list("recipient_id", "kind")) == sorted(
        [(ines.pk, "forums.reply"), (maja.pk, "forums.quote")]
    )


def test_a_fact_that_is_handled_late_tells_an_erased_member_nothing(now):
    maja, ines, otto = member("maja"), member("ines"), member("otto")
    erase_member(member=maja, now=now)
    notify([notice(maja, otto, now), notice(ines, otto, now)])
    assert list(Notification.objects.values_list("recipient_id", flat=True)) == [ines.pk]


def test_ones_own_act_tells_nothing(now):
    maja = member("maja")
    tell(maja, maja, now)
    assert Notification.objects.count() == 0


def test_following_a_line_reads_it(client, now):
    maja = member("maja")
    tell(maja, member(), now)
    client.force_login(maja)
    response = client.get(reverse("inbox:follow", args=[Notification.objects.get().pk]))
    assert (response.status_code, response["Location"]) == (302, "/posts/1/")
    assert bell_of(maja.pk).unread == 0


def test_anothers_line_is_404_and_stays_unread(client, now):
    maja = member("maja")
    tell(maja, member(), now)
    client.force_login(member())
    assert client.get(reverse("inbox:follow", args=[Notification.objects.get().pk])).status_code == 404
    assert bell_of(maja.pk).unread == 1


def test_marking_all_as_read_is_for_oneself(client, now):
    maja, otto = member("maja"), member("otto")
    tell(maja, otto, now)
    tell(otto, maja, now)
    client.force_login(maja)
    assert client.post(reverse("inbox:read"))["Location"] == reverse("inbox:notifications")
    assert (bell_of(maja.pk).unread, bell_of(otto.pk).unread) == (0, 1)


def test_what_came_after_the_page_was_shown_stays_unread(client):
    maja, otto = member("maja"), member("otto")
    for kind in ("forums.reply", "forums.quote"):
        tell(maja, otto, timezone.now(), kind=kind)
    client.force_login(maja)
    [until] = re.findall(r'name="until" value="(\d+)"', client.get(reverse("inbox:notifications")).content.decode())
    for kind in ("forums.quote", "forums.mention"):  # one more of a line that was shown, and a new line
        tell(maja, otto, timezone.now(), kind=kind, event_id=2)
    client.post(reverse("inbox:read"), {"until": until})
    unread = Notification.objects.filter(recipient=maja, read_at=None).values_list("kind", flat=True)
    assert sorted(unread) == ["forums.mention", "forums.quote"]


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 17, "\0"])
def test_without_the_time_of_a_page_all_is_read(client, now, until):
    maja = member("maja")
    tell(maja, member(), now)
    client.force_login(maja)
    client.post(reverse("inbox:read"), {"until": until})
    assert bell_of(maja.pk).unread == 0


def test_a_kind_turned_off_tells_nothing_until_it_is_on_again(client, now):
    maja, otto = member("maja"), member("otto")
    client.force_login(maja)
    client.post(reverse("inbox:mute"), {"kind": "forums.reply", "muted": "1"})
    tell(maja, otto, now)
    assert bell_of(maja.pk).unread == 0
    client.post(reverse("inbox:mute"), {"kind": "forums.reply", "muted": "0"})
    tell(maja, otto, now)
    assert bell_of(maja.pk).unread == 1


def test_the_rockers_turn_kinds_off_and_on_without_a_script(client):
    maja = member("maja")
    client.force_login(maja)
    every = sorted(notification_kinds())
    for wanted in (["forums.reply", "nothing", "\0"], [], every):
        assert client.post(reverse("inbox:kinds"), {"kind": wanted})["Location"] == reverse("inbox:notifications")
        muted = MutedKind.objects.filter(member=maja).values_list("kind", flat=True)
        assert sorted(muted) == [kind for kind in every if kind not in wanted]


def test_a_rocker_by_htmx_answers_with_its_panel(client):
    client.force_login(member())
    html = client.post(
        reverse("inbox:kinds"), {"kind": ["forums.reply"]}, headers={"HX-Request": "true"}
    ).content.decode()
    assert (html.lstrip().startswith("<section"), html.count(" checked"), "Kept." in html) == (True, 1, True)


def test_a_line_offers_no_more_of_its_kind_and_the_page_says_what_was_done(client, now):
    maja = member("maja")
    tell(maja, member(name="Otto"), now)
    client.force_login(maja)
    assert "No more of this: Replies to your topics" in client.get(reverse("inbox:notifications")).content.decode()
    page = client.post(reverse("inbox:mute"), {"kind": "forums.reply", "muted": "1"}, follow=True)
    assert "You will no longer be notified of this: Replies to your topics." in page.content.decode()


def test_lines_stand_under_their_days_the_unread_ones_marked(client):
    maja, at = member("maja"), timezone.now()
    ages = {"today": 0, "yesterday": 1, "week": 5, "old": 40}
    for number, (name, days) in enumerate(reversed(ages.items())):
        tell(maja, member(), at - timedelta(days=days), subject=f"topic:{number}", event_id=number + 1, title=name)
    mark_read(member_id=maja.pk, until=at - timedelta(days=3), now=at)
    client.force_login(maja)
    page = client.get(reverse("inbox:notifications"))
    shown = [(day, [line.notification.title for line in lines]) for day, lines in page.context["days"]]
    assert shown == [("Today", ["today"]), ("Yesterday", ["yesterday"]), ("This week", ["week"]), ("Earlier", ["old"])]
    html = page.content.decode()
    assert (html.count("is-new"), html.count("why-ring"), "2 unread" in html) == (2, 2, True)
    unread = client.get(reverse("inbox:notifications"), {"show": "unread"})
    assert [day for day, _lines in unread.context["days"]] == ["Today", "Yesterday"]


def test_the_reason_says_what_it_has_to_do_with_the_reader(client, now):
    maja = member("maja")
    for number, kind in enumerate(sorted(notification_kinds())):
        tell(maja, member(), now, kind=kind, subject=f"x:{number}", event_id=number + 1)
    client.force_login(maja)
    [(_day, lines)] = client.get(reverse("inbox:notifications")).context["days"]
    assert {line.notification.kind: line.reason for line in lines} == {
        "forums.best": "You wrote this",
        "forums.mention": "You were mentioned",
        "forums.quote": "You were quoted",
        "forums.reply": "You asked this",
        "forums.same": "You asked this",
        "forums.useful": "You wrote this",
        "ideas.brought_back": "Your idea",
        "ideas.decided": "Your idea",
        "ideas.results": "You took part",
        "ideas.set_aside": "Your idea",
        "ideas.voting": "You handed in an idea",
    }


def test_a_folded_line_opens_to_everybody_in_it(client, now):
    maja = member("maja")
    for number in range(4):
        tell(maja, member(name=f"Person {number}"), now, event_id=number + 1)
    client.force_login(maja)
    html = client.get(reverse("inbox:notifications")).content.decode()
    assert "Person 3, Person 2 and 2 more" in html
    assert html.split("<details")[1].split("</details>")[0].count("/members/") == 4


def test_a_kind_there_is_not_cannot_be_turned_off(client):
    client.force_login(member())
    assert client.post(reverse("inbox:mute"), {"kind": "nothing", "muted": "1"}).status_code == 302
    assert MutedKind.objects.count() == 0


@pytest.mark.parametrize(("unread", "english"), [(0, "0 unread"), (1, "1 unread"), (2, "2 unread")])
def test_the_bell_counts_unread_lines(client, unread, english, now):
    maja = member("maja")
    for number in range(unread):
        tell(maja, member(), now, subject=f"topic:{number}", event_id=number + 1)
    client.force_login(maja)
    text = client.get(reverse("inbox:bell")).content.decode()
    assert english in text
    assert ("dot" in text) is bool(unread)


def test_the_bell_of_somebody_signed_out_since_is_refused_not_replaced(client):
    response = client.get(reverse("inbox:bell"))
    assert (response.status_code, response.content) == (403, b"")


@pytest.mark.parametrize(
    ("language", "people", "subject"),
    [
        ("en", ["Otto"], "Otto wrote"),
        ("en", ["Otto", "Mei"], "Otto and Mei wrote"),
        ("en", ["Otto", "Mei", "Ana", "Bo"], "Otto, Mei and 2 more wrote"),
        ("zh-hans", ["Otto", "Mei"], "Otto和Mei在"),
        ("zh-hans", ["Otto", "Mei", "Ana", "Bo"], "Otto、Mei和另外2人在"),
    ],
)
def test_a_line_names_two_people_and_counts_the_others(client, now, language, people, subject):
    maja = member("maja", language=language)
    for number, name in enumerate(reversed(people), start=1):
        tell(maja, member(name=name), now, event_id=number)
    if len(people) == 1:
        tell(maja, Member.objects.get(name="Otto"), now, event_id=9)
    client.force_login(maja)
    assert subject in client.get(reverse("inbox:notifications")).content.decode()


def lines_for(recipient, number, now):
    rows = [
        Notification(
            recipient=recipient,
            kind="forums.reply",
            subject=f"topic:{at}",
            title=f"Topic no {at}.",
            url="/posts/1/",
            last_event_id=at,
            at=now + timedelta(seconds=at),
            read_at=now if at % 2 else None,
        )
        for at in range(number)
    ]
    Notification.objects.bulk_create(rows)


@pytest.mark.parametrize(
    ("address", "numbers", "pages"),
    [
        ("?", range(129, 69, -1), 3),
        ("?page=2", range(69, 9, -1), 3),
        ("?page=3", range(9, -1, -1), 3),
        ("?page=99", range(9, -1, -1), 3),
        ("?show=unread&page=2", range(8, -1, -2), 2),
    ],
)
def test_older_notifications_stand_on_further_pages(client, now, address, numbers, pages):
    maja = member("maja")
    lines_for(maja, 130, now)
    lines_for(member("otto"), 3, now)
    client.force_login(maja)
    answer = client.get(f"/notifications/{address}")
    told = [line.notification.last_event_id for _day, lines in answer.context["days"] for line in lines]
    assert (told, answer.context["pages"]) == (list(numbers), pages)
    assert 'class="pager' in answer.content.decode()


@pytest.mark.parametrize(("number", "pages", "queries"), [(60, 1, 6), (61, 2, 7)])
def test_only_more_than_a_page_is_counted(client, now, django_assert_num_queries, number, pages, queries):
    maja = member("maja")
    lines_for(maja, number, now)
    client.force_login(maja)
    with django_assert_num_queries(queries):  # session, member, lines, unread, muted kinds, bell; how many
        answer = client.get("/notifications/")
    assert (answer.context["pages"], 'class="pager' in answer.content.decode()) == (pages, pages > 1)

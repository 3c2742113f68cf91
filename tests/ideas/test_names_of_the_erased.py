"""What others wrote in contests loses the name of an erased member: ideas, reasons, titles, facts, signals."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder

from community.inbox.api import Notice, notify
from community.inbox.models import Notification
from community.kernel.markup import quote
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, erase_member
from community.members.verification import KEPT, forget_unverified
from community.search.models import Mark
from crm_bridge.models import Segment, Signal
from crm_bridge.profiles.projector import rebuild_profiles
from forums.api import ensure_board, open_topic
from ideas import services
from ideas.models import Contest, Idea
from tests.contests import DECISION, DRAFT, RESULTS, SUBMISSION, VOTING, contest, idea
from tests.forums.places import first_post
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db(transaction=True)


def holding(word):
    """The tables that hold a word anywhere."""
    rows = {model: list(model._default_manager.values()) for model in apps.get_models() if model._meta.managed}
    texts = {model: json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False) for model, found in rows.items()}
    return sorted(model._meta.label for model, text in texts.items() if word in text)


def learnt():
    return sorted(Signal.objects.values_list("member_id", "source", "keyword", "at"))


def hand_in(where, author, title, source):
    return services.submit_idea(author=author, contest=where, title=title, source=source, now=SUBMISSION)


def test_nothing_keeps_the_name_and_what_was_learnt_follows():
    load_words()
    boss = staff(Role.BRAND_MANAGER, "boss")
    found, gone = contest(actor=boss), member("zanzibar")
    author, voter = (permit(member(name), "profiling:onsite", now=DRAFT) for name in ("ada", "ben"))
    made = hand_in(found, author, "A roof rack for @zanzibar", "As &#64;zanzibar and @Zanzibar said, a *roof rack*.")
    services.cast_vote(voter=voter, idea=made, now=VOTING)
    reasons = {"reason_en": "@zanzibar was right", "reason_zh": "@zanzibar 说得对"}
    services.decide(actor=boss, idea=made, decision="adopted", **reasons, now=DECISION)
    services.advance_contests(now=RESULTS)
    drain()
    before, sequence = learnt(), Contest.objects.get().sequence
    assert {row[:2] for row in before} == {(author.pk, "idea"), (voter.pk, "vote")}
    assert {"ideas.Idea", "community_kernel.OutboxEvent", "crm_bridge.Signal"} <= set(holding("@zanzibar"))
    Mark.objects.all().delete()
    erase_member(member=gone, now=RESULTS)
    assert Mark.objects.filter(index="content", document_id=f"idea:{made.pk}").exists()
    drain()
    assert holding("anzibar") == []
    kept = Idea.objects.get()
    assert (kept.title, kept.text) == (
        "A roof rack for former member",
        "As former member and former member said, a roof rack.",
    )
    assert "<em>roof rack</em>" in kept.html
    assert (kept.reason_en, kept.reason_zh) == ("former member was right", "已注销的成员 说得对")
    assert Contest.objects.get().sequence == sequence + 1
    notice = Notification.objects.get(recipient=author, kind="ideas.decided")
    assert (notice.title, notice.url) == (kept.title, kept.get_absolute_url())
    assert learnt() == before
    list(rebuild_profiles(now=RESULTS))
    assert learnt() == before
    assert holding("anzibar") == []


def test_what_a_relay_tells_late_has_the_new_title_and_the_new_address():
    found, gone = contest(), member("zanzibar")
    made = hand_in(found, member(), "A roof rack for @zanzibar", "Steel.")
    old = Notice(made.author_id, "ideas.decided", f"idea:{made.pk}", 0, made.get_absolute_url(), made.title, VOTING, 1)
    erase_member(member=gone, now=VOTING)
    notify([old])
    assert "zanzibar" in Notification.objects.get().url
    drain()
    made.refresh_from_db()
    [line] = Notification.objects.filter(kind="ideas.decided")
    assert (line.title, line.url) == ("A roof rack for former member", made.get_absolute_url())


def test_an_older_text_that_named_somebody_loses_the_name_in_its_fact():
    author, gone = member("ada"), member("zanzibar")
    made = hand_in(contest(), author, "A rack", "Ask @zanzibar")
    services.edit_idea(author=author, idea=made, title="A rack", source="Ask somebody", now=SUBMISSION)
    erase_member(member=gone, now=VOTING)
    assert holding("zanzibar") == []
    assert not OutboxEvent.objects.filter(name="ideas.idea.redacted").exists()


def test_names_that_only_begin_like_it_and_other_members_stay():
    author = member("ada")
    member("zanz-2")
    made = hand_in(contest(), author, "A rack", "Ask @zanz-2, @zanzi and @ada; not zanz@example.org")
    erase_member(member=member("zanz"), now=VOTING)
    made.refresh_from_db()
    assert made.source == "Ask @zanz-2, @zanzi and @ada; not zanz@example.org"
    assert not OutboxEvent.objects.filter(name="ideas.idea.redacted").exists()


def test_a_secret_decision_loses_the_name_without_a_sign_that_there_is_one():
    boss, gone = staff(Role.BRAND_MANAGER, "boss"), member("zanzibar")
    made = idea(contest(actor=boss))
    services.decide(actor=boss, idea=made, decision="adopted", reason_en="Ask @zanzibar", reason_zh="好", now=DECISION)
    sequence = Contest.objects.get().sequence
    erase_member(member=gone, now=DECISION)
    assert (Idea.objects.get().reason_en, Contest.objects.get().sequence) == ("Ask former member", sequence)


def test_of_two_who_are_erased_one_after_the_other_neither_name_stays():
    found, both = contest(), [member("zanzibar"), member("quagga")]
    made = hand_in(found, member("ada"), "A rack", "As @zanzibar and @quagga said.")
    services.cast_vote(voter=member("ben"), idea=made, now=VOTING)
    for gone in both:
        erase_member(member=gone, now=VOTING)
    drain()
    assert (holding("zanzibar"), holding("quagga")) == ([], [])
    made.refresh_from_db()
    assert made.text == "As former member and former member said."


def test_a_quotation_of_a_post_loses_the_name_over_it():
    load_words()
    gone, ada = member("zanzibar", name="Zan Zibar"), permit(member("ada"), "profiling:onsite", now=DRAFT)
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    theirs, others = (
        first_post(open_topic(author=author, board=board, title="Rack", source="Any roof rack?", now=DRAFT))
        for author in (gone, member("quagga", name="Quag Ga"))
    )
    quotations = quote(gone.name, theirs.pk, "Any roof rack?") + quote("Quag Ga", others.pk, "Which?")
    made = hand_in(contest(), ada, "A rack", f"{quotations}A roof rack, Zanzibar blue.")
    services.cast_vote(voter=member("ben"), idea=made, now=VOTING)
    drain()
    before, facts = learnt(), OutboxEvent.objects.filter(name="ideas.idea.voted")
    assert "Zan Zibar" in facts.get().payload["text"]
    erase_member(member=gone, now=VOTING)
    drain()
    made.refresh_from_db()
    assert made.source == quotations.replace("Zan Zibar", "former member") + "A roof rack, Zanzibar blue."
    assert [made.html.count(name) for name in ("Zan Zibar", "former member", "Quag Ga")] == [0, 1, 1]
    assert "Quag Ga" in facts.get().payload["text"] and "Zanzibar blue" in facts.get().payload["text"]
    assert (holding("Zan Zibar"), learnt()) == ([], before)


def test_who_never_showed_an_address_was_nobody_and_leaves_what_others_said_alone(client):
    made = hand_in(contest(), member("ada"), "A rack for @work", "Like @work.")
    joining = {"name": "Work", "username": "work", "email": "work@somewhere.example", "password1": "a long enough one"}
    client.post("/account/signup/", joining)
    late = Member.objects.get(username="work").joined_at + KEPT + timedelta(seconds=1)
    Segment.objects.create(name="Work", line="work interest:rack", created_at=SUBMISSION)
    facts = OutboxEvent.objects.filter(name__startswith="ideas.").count()
    assert forget_unverified(now=late) == 1
    kept = Idea.objects.get(pk=made.pk)
    assert (kept.title, kept.source) == ("A rack for @work", "Like @work.")
    assert OutboxEvent.objects.filter(name__startswith="ideas.").count() == facts
    assert Segment.objects.values_list("name", "line").get() == ("Work", "work interest:rack")

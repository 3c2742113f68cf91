"""From acts to profiles to the audience, by permission."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import translation

from clubs.api import ensure_club, join_club
from community.consent.api import pause, permits_for_many, withdraw
from community.inbox.models import Notification
from community.kernel.api import now, publish
from community.kernel.models import OutboxEvent
from community.kernel.relay import deliver_once
from community.members.api import CarEntry, Member, Role, change_space, declare_keywords, erase_member, set_garage
from community.search.api import PageOutOfReach
from community.search.models import Mark
from community.traces.api import record_search
from community.traces.facts import ReferrerSearched, SiteSearched
from crm_bridge.audience.document import load
from crm_bridge.audience.line import LineError, parse
from crm_bridge.audience.services import audience
from crm_bridge.console.facets import facets_of
from crm_bridge.facts import InterestAdded, InterestCorrected, InterestMuted, InterestRemoved, InterestUnmuted
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.mirror.explain import as_json
from crm_bridge.models import ActiveDay, Belonging, InterestControl, Keyword, Profile, Signal, TermSighting
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import delete_post, edit_post, ensure_board, open_topic, write_post
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    load_words()


@pytest.fixture
def board():
    return ensure_board(slug="touring", title_en="Touring", title_zh="旅行")


def act(fact):
    with transaction.atomic():
        publish(fact, now=now())


def write(author, board, title="Which roof rack?", text="Roof bars for a long trip.", at=None):
    return open_topic(author=author, board=board, title=title, source=text, now=at or now())


def found(line):
    return [person.member.username for person in audience(parse(line), now=now()).people]


def known(person):
    return {interest.code: interest.weight for interest in interests_of(profile_of(person.pk))}


def test_an_act_makes_a_permitting_member_findable_in_both_languages(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    drain()
    assert found("interest:行李架") == found('interest:"roof rack"') == found("interest:roof-rack>=1") == ["ada"]
    assert found("roof rack") == ["ada"]
    assert found("interest:roof-rack>=9") == []


@pytest.mark.parametrize(("searched", "interests"), [("golf", ["golf"]), ("my golf diesel", []), ("gilf", [])])
def test_a_code_alone_is_a_word_in_a_search_and_in_no_text(searched, interests):
    Keyword.objects.create(code="golf", name_en="Playing golf", name_zh="高尔夫球", kind="activity")
    vocabulary_changed()
    ada = permit(member("ada"), *BOTH)
    record_search(member=ada, words=searched, found=0, now=now())
    drain()
    assert list(known(ada)) == interests
    assert list(TermSighting.objects.values_list("term", flat=True)) == ([] if interests else [searched])


def test_nobody_has_interests_without_the_permission(words, board):
    ada = member("ada")
    write(ada, board)
    drain()
    assert known(ada) == {}
    assert not Signal.objects.exists()
    assert profile_of(ada.pk).stage == ""
    assert activity(ada) == (None, 0, 0, 0)
    assert [values for _id, values in load([str(ada.pk)])] == [
        {
            "member": str(ada.pk),
            "name": ["ada", "ada"],
            "about": [],
            "interests": {},
            "stage": "",
            "language": "en",
            "joined_at": THEN,
            "active_at": None,
            "active_days": None,
            "acts": None,
            "permits": [],
            "clubs": [],
            "owns": [],
        }
    ]


def activity(person):
    """When somebody was last here, on how many days, how many acts, and how many days are kept."""
    profile = profile_of(person.pk)
    kept = ActiveDay.objects.filter(member_id=person.pk).count()
    return profile.last_active_at, profile.active_days, profile.acts, kept


def derived(person):
    """Everything that follows from somebody's facts, but for when it was worked out."""
    profile = Profile.objects.values().get(pk=person.pk)
    profile.pop("computed_at"), profile.pop("due_at")
    days = list(ActiveDay.objects.filter(member_id=person.pk).order_by("day").values_list("day", "acts", "last_at"))
    signals = Signal.objects.filter(member_id=person.pk).order_by("event_id", "keyword")
    clubs = list(Belonging.objects.filter(member_id=person.pk).order_by("club").values_list("club", flat=True))
    sightings = TermSighting.objects.filter(member_id=person.pk).order_by("term").values_list("term", "count")
    return profile, days, list(signals.values_list("keyword", "source", "at")), clubs, list(sightings)


def search(person, words):
    assert record_search(member=person, words=words, found=0, now=now())


def searches(person):
    return OutboxEvent.objects.filter(member_id=person.pk, name__startswith="traces.").count()


def test_activity_is_kept_under_the_permission_and_goes_with_it_in_the_same_transaction(words, board):
    ada, bea = permit(member("ada"), *BOTH), permit(member("bea"), *BOTH)
    for person in (ada, bea):
        write(person, board)
        search(person, "roof rack and my old street")
        act(ReferrerSearched(member_id=person.pk, words="tow bar", engine="bing.com"))
    drain()
    write(ada, board)  # not delivered yet
    search(ada, "another word")
    assert activity(ada)[1:] == activity(bea)[1:] == (1, 2, 1)
    assert (searches(ada), searches(bea)) == (3, 2)
    with transaction.atomic():
        withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
        assert (activity(ada), searches(ada)) == ((None, 0, 0, 0), 0)
        assert not Signal.objects.filter(member_id=ada.pk).exists()
        transaction.set_rollback(True)
    assert (activity(ada)[1:], searches(ada)) == ((1, 2, 1), 3)
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    for _ in range(2):
        assert (activity(ada), searches(ada)) == ((None, 0, 0, 0), 0)
        assert not Signal.objects.filter(member_id=ada.pk).exists()
        assert not TermSighting.objects.filter(member_id=ada.pk).exists()
        drain()
    list(rebuild_profiles(now=now()))
    assert (activity(ada), searches(ada)) == ((None, 0, 0, 0), 0)
    assert "my old street" not in as_json(ada) and "my old street" in as_json(bea)
    assert (activity(bea)[1:], searches(bea)) == ((1, 2, 1), 2)


def test_no_question_about_activity_finds_somebody_who_permits_no_profile(words, board):
    ada = permit(member("ada"), "product_news:email")
    bea = permit(member("bea"), *BOTH)
    for person in (ada, bea):
        write(person, board)
    drain()
    assert sorted(found("")) == ["ada", "bea"]
    assert found("active<30d") == ["bea"]
    assert found("active>30d") == []
    assert found("sort:-acts")[0] == "bea"
    seen = {person.member.username: person.last_active_at for person in audience(parse(""), now=now()).people}
    assert seen["ada"] is None and seen["bea"] is not None
    # Also a second after somebody withdrew, before the index knows.
    withdraw(member_id=bea.pk, purpose="profiling", channel="onsite", source="test", now=now())
    (person,) = audience(parse("active<30d"), now=now()).people
    assert (person.last_active_at, person.stage, person.interests) == (None, "", [])


def test_after_a_new_yes_only_what_comes_then_counts_and_a_rebuild_gives_the_same(words, board):
    ada, club = permit(member("ada"), *BOTH), ensure_club(slug="estate", title_en="Estate", title_zh="旅行车", now=THEN)
    write(ada, board, at=now() - timedelta(days=9))
    join_club(member=ada, club=club, now=now())
    search(ada, "tow bar")
    drain()
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    write(ada, board, title="Snow tyre", text="Snow tyre.")
    drain()
    assert Belonging.objects.filter(member_id=ada.pk).exists()  # it mirrors a membership that everybody sees
    permit(ada, "profiling:onsite", now=now())
    write(ada, board, title="Power", text="Power.")
    search(ada, "awning")
    drain()
    assert set(known(ada)) == {"power"}
    assert activity(ada)[1:] == (1, 2, 1)
    replayed = derived(ada)
    list(rebuild_profiles(now=now()))
    assert derived(ada) == replayed


def test_acts_before_the_permission_never_count_but_what_members_state_does(words, board):
    ada = member("ada")
    write(ada, board)
    declare_keywords(member=ada, keywords=["露营"], now=THEN)
    set_garage(member=ada, cars=[CarEntry("Norling", "4 Touring", 2023)], now=THEN)
    drain()
    permit(ada, "profiling:onsite", now=now())
    drain()
    assert set(known(ada)) == {"camping", "norling-4t"}


def test_withdrawing_takes_the_interests_and_leaves_the_mutes(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    act(InterestMuted(member_id=ada.pk, keyword="power"))
    drain()
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    drain()
    assert known(ada) == {}
    assert found("interest:roof-rack") == []
    assert InterestControl.objects.get(member_id=ada.pk).muted


def test_those_who_match_but_permit_no_contact_are_only_counted(words, board):
    for number in range(12):
        write(permit(member(f"quiet{number}"), "profiling:onsite"), board)
    write(permit(member("loud"), *BOTH), board)
    drain()
    answer = audience(parse("interest:roof-rack"), now=now())
    assert (answer.total, answer.counted_only) == (1, 10)
    assert audience(parse("interest:roof-rack language:zh"), now=now()).counted_only is None
    assert audience(parse("interest:roof-rack permit:offers:email"), now=now()).total == 0


@pytest.mark.serverless
@pytest.mark.parametrize(("others", "told"), [(0, None), (9, None), (10, 10), (19, 10), (20, 20)])
def test_the_count_of_the_others_is_told_in_tens_and_never_by_subtraction(words, others, told):
    for number in range(others):
        declare_keywords(member=permit(member(f"quiet{number}"), "profiling:onsite"), keywords=["camping"], now=now())
    for number in range(3):
        declare_keywords(member=permit(member(f"loud{number}"), *BOTH), keywords=["camping"], now=now())
    drain()
    answer = audience(parse("interest:camping"), now=now())
    assert (answer.total, answer.counted_only) == (3, told)
    # Somebody who withdrew, and whom the index still lists, is neither listed nor counted twice.
    withdraw(member_id=answer.people[0].member.pk, purpose="product_news", channel="email", source="test", now=now())
    again = audience(parse("interest:camping"), now=now())
    assert (again.total, len(again.people), again.counted_only) == (2, 2, told)
    assert again.facets == {}


def test_there_is_no_page_behind_the_last(words, board):
    for number in range(3):
        write(permit(member(f"loud{number}"), *BOTH), board)
    drain()
    line = parse("interest:roof-rack")
    assert len(audience(line, page=2, size=2, now=now()).people) == 1
    for asked, page in ((line, 3), (parse("nobody"), 2)):
        with pytest.raises(PageOutOfReach):
            audience(asked, page=page, size=2, now=now())


def test_profiling_is_no_purpose_to_reach_anybody_for(words, board):
    write(permit(member("quiet"), "profiling:onsite"), board)
    write(permit(member("loud"), *BOTH), board)
    drain()
    quiet = Member.objects.get(username="quiet")
    assert permits_for_many([quiet.pk], "profiling", "onsite", now=now()) == {}
    with pytest.raises(LineError) as refused:
        parse("interest:roof-rack permit:profiling:onsite")
    assert [one for one in refused.value.suggestions if "profiling" in one] == []
    answer = audience(parse("interest:roof-rack"), now=now())
    assert answer.facets["permits"] == [("product_news:email", 1)]
    assert answer.people[0].permits == {"product_news:email"}


def test_a_pause_takes_a_person_off_the_list_at_once(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    drain()
    pause(member_id=ada.pk, until=now() + timedelta(days=3), now=now())
    assert found("interest:roof-rack") == []


def test_muted_interests_are_neither_found_nor_shown_to_marketers(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    act(InterestMuted(member_id=ada.pk, keyword="roof-rack"))
    drain()
    assert found("interest:roof-rack") == []
    write(ada, board)
    drain()
    assert found("interest:roof-rack") == []
    act(InterestUnmuted(member_id=ada.pk, keyword="roof-rack"))
    drain()
    assert found("interest:roof-rack") == ["ada"]


def test_members_correct_add_and_remove(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    act(InterestCorrected(member_id=ada.pk, keyword="roof-rack", weight=8.0))
    act(InterestAdded(member_id=ada.pk, keyword="camping"))
    drain()
    assert known(ada)["roof-rack"] == 8.0
    assert known(ada)["camping"] > 6
    act(InterestRemoved(member_id=ada.pk, keyword="roof-rack"))
    drain()
    assert "roof-rack" not in known(ada)


def test_an_edited_or_deleted_post_takes_its_signals_along(words, board):
    ada = permit(member("ada"), *BOTH)
    topic = write(ada, board)
    post = write_post(topic=topic, author=ada, source="Snow tyres too", now=now())
    drain()
    assert set(known(ada)) == {"roof-rack", "winter-tyre"}
    edit_post(post=post, editor=ada, source="Camping instead", now=now())
    drain()
    assert set(known(ada)) == {"roof-rack", "camping"}
    delete_post(post=post, actor=ada, now=now())
    drain()
    assert set(known(ada)) == {"roof-rack"}


def test_unknown_words_are_sighted_once_a_member_and_never_used(words):
    ada = permit(member("ada"), *BOTH)
    for _ in range(3):
        act(SiteSearched(member_id=ada.pk, words="Tow Bar", found=0))
    drain()
    sighting = TermSighting.objects.get()
    assert (sighting.term, sighting.count, sighting.source) == ("tow bar", 3, "search")
    assert known(ada) == {}


def test_an_erased_member_leaves_nothing_and_a_rebuild_brings_nothing_back(words, board):
    ada = permit(member("ada"), *BOTH)
    write(ada, board)
    drain()
    erase_member(member=ada, now=now())
    drain()
    list(rebuild_profiles(now=now()))
    drain()
    for model in (Signal, InterestControl, ActiveDay, Belonging, Profile):
        assert not model.objects.filter(member_id=ada.pk).exists()
    assert audience(parse(""), now=now()).total == 0


def test_staff_are_not_in_the_audience(words, board):
    nora = permit(staff(Role.BRAND_MANAGER, "nora"), *BOTH)
    write(nora, board)
    drain()
    assert found("interest:roof-rack") == []


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize(("asked", "queries"), [("interest:roof-rack", 7), ("roof", 8)])
def test_the_audience_asks_a_constant_number_of_queries(words, board, asked, queries, count, django_assert_num_queries):
    for number in range(count):
        write(permit(member(f"many{number}"), *BOTH), board)
    drain()
    line = parse(asked)
    audience(line, now=now())
    with django_assert_num_queries(queries):
        assert len(audience(line, now=now()).people) == count


@pytest.mark.parametrize("count", [1, 12])
def test_a_batch_of_joins_costs_the_same_queries_whatever_its_size(words, count, django_assert_num_queries):
    circle = ensure_club(slug="camping", kind="circle", title_en="Camping", title_zh="露营", now=now())
    people = [permit(member(f"joiner{number}"), *BOTH) for number in range(count)]
    drain()
    for person in people:
        join_club(member=person, club=circle, now=now())
    with django_assert_num_queries(24 if connection.vendor == "postgresql" else 22):
        assert deliver_once(now=now()) == count
    assert Belonging.objects.count() == count


@pytest.mark.parametrize("count", [1, 12])
def test_a_batch_of_facts_costs_the_same_queries_whatever_its_size(words, board, count, django_assert_num_queries):
    people = [permit(member(f"writer{number}"), *BOTH) for number in range(count)]
    topic = write(permit(member("asker"), *BOTH), board)
    drain()
    for person in people:
        write_post(author=person, topic=topic, source="A roof rack, and camping.", now=now())
    marks = Mark.objects.count()
    # Learning: what is late, permissions, vocabulary, signals, active days twice. Profiles: members, permissions,
    # signals, controls, days, profiles, marks. Telling: topics, readers, muted kinds, known lines, new lines, their
    # locks, lines, pushes. Marks of topics. Around it: waiting members, facts, what is handled, three pairs of
    # savepoints; on PostgreSQL also the lanes with something to do, and their claim.
    with django_assert_num_queries(34 if connection.vendor == "postgresql" else 32):
        assert deliver_once(now=now()) == count
    assert Mark.objects.count() == marks + count + 1
    assert Notification.objects.get().count == count
    ids = [str(person.pk) for person in people]
    with django_assert_num_queries(7):
        assert len(list(load(ids))) == count


def test_words_are_answered_with_where_they_stand(words, board):
    ada = permit(member("ada", name="Ada Summer"), *BOTH)
    about = "Sleeps on the roof, far from any camping site."
    change_space(member=ada, name="Ada Summer", about=about, language="en", now=now())
    write(ada, board)
    write(ada, board, title="Winter tyres", text="Snow tyre or all season?")
    drain()

    def why(line):
        (person,) = audience(parse(line), now=now()).people
        return [interest.code for interest in person.matching], person.told

    assert why("tyre") == (["winter-tyre"], [])
    assert why("行李架") == (["roof-rack"], [])
    assert why("summer") == ([], ["Is called that"])
    assert why("roof sleeps") == (
        ["roof-rack"],
        [f"Writes on their space: “{about}”"],
    )
    assert why("ada interest:winter-tyre") == (["winter-tyre"], ["Is called that"])
    assert why("stage:consideration")[1] == []


def test_a_club_is_named_in_the_language_of_the_reader(words):
    ada = permit(member("ada"), *BOTH)
    club = ensure_club(
        slug="camping", kind="circle", title_en="Camping circle", title_zh="露营圈", keywords=["camping"], now=now()
    )
    join_club(member=ada, club=club, now=now())
    drain()

    def reason():
        return interests_of(profile_of(ada.pk))[0].reasons[0].sentence

    assert reason() == "Joined “Camping circle”"
    with translation.override("zh-hans"):
        assert "露营圈" in reason()


def test_a_car_the_vocabulary_does_not_know_is_called_what_its_owner_calls_it(words):
    ada = permit(member("ada"), *BOTH)
    set_garage(
        member=ada, cars=[CarEntry("Saab", "900 Turbo", 1991), CarEntry("Norling", "4 Touring", 2024)], now=now()
    )
    drain()
    facets = {facet.title: facet for facet in facets_of(audience(parse(""), now=now()))}
    assert sorted((choice.name, choice.line) for choice in facets["Drives"].choices) == [
        ("Norling 4 Touring", "owns:norling-4t"),
        ("Saab 900 Turbo", 'owns:"saab 900 turbo"'),
    ]
    assert found('owns:"SAAB 900  turbo"') == ["ada"]


def test_an_interest_is_found_as_long_as_it_is_listed_and_by_weight_where_asked(words, board):
    ada = permit(member("ada"), *BOTH, now=now() - timedelta(days=4000))
    write(ada, board, at=now() - timedelta(days=3000))
    drain()
    assert 0 < known(ada)["roof-rack"] < 0.5
    assert found("interest:roof-rack") == ["ada"]
    assert found("interest:roof-rack>=0.5") == []
    assert found("-interest:roof-rack") == []
    facets = {facet.title: facet for facet in facets_of(audience(parse(""), now=now()))}
    assert [(choice.name, choice.count) for choice in facets["Interest"].choices] == [("roof rack", 1)]

"""What is worked out of somebody chooses what comes first on their own pages, as far as they let it."""

import pytest
from django.utils import translation

from community.consent.api import withdraw
from community.kernel.api import now
from community.members.api import declare_keywords
from crm_bridge.mirror import services as mirror
from crm_bridge.models import Profile
from forums.home import home_feed
from tests.forums.places import board, topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

REASON, WHY = "You care about roof rack", "/me/knows/#i-roof-rack"


@pytest.fixture
def ada():
    """Wrote of roof racks; others write of the same since, in another language, and of something else."""
    load_words()
    found = permit(member("ada"), "profiling:onsite")
    topic(author=found, title="Which roof rack?")
    topic(title="车顶行李架安装教程", where=board("tips"))
    topic(title="Soup for many")
    drain()
    return found


def reasons(person):
    fresh = type(person).objects.get(pk=person.pk)  # interests are held for a request
    return {item.title: (item.reason, item.reason_url) for item in home_feed(fresh, 9)}


def test_the_first_page_says_what_it_goes_by_and_leads_to_the_mirror(ada, client):
    assert reasons(ada)["车顶行李架安装教程"] == (REASON, WHY)
    assert reasons(ada)["Soup for many"][1] != WHY
    client.force_login(ada)
    assert 'id="i-roof-rack"' in client.get("/me/knows/").content.decode()
    with translation.override("zh-hans"):
        assert "行李架" in reasons(ada)["车顶行李架安装教程"][0]


def test_what_is_muted_or_faded_or_no_longer_permitted_chooses_nothing(ada):
    mirror.mute(member=ada, keyword="roof-rack", now=now())
    assert reasons(ada)["车顶行李架安装教程"][1] != WHY
    mirror.unmute(member=ada, keyword="roof-rack", now=now())
    assert reasons(ada)["车顶行李架安装教程"][1] == WHY
    profile = Profile.objects.get(pk=ada.pk)
    profile.interests = [{**entry, "weight": 0.98} for entry in profile.interests]
    profile.save()
    assert reasons(ada)["车顶行李架安装教程"][1] != WHY
    mirror.correct(member=ada, keyword="roof-rack", weight=5, now=now())
    assert reasons(ada)["车顶行李架安装教程"][1] == WHY
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    assert reasons(ada)["车顶行李架安装教程"][1] != WHY


def test_nobody_else_is_shown_it(ada):
    assert reasons(permit(member("bea"), "profiling:onsite"))["车顶行李架安装教程"][1] != WHY


@pytest.mark.parametrize("count", [1, 5])
def test_any_number_of_interests_is_read_in_three_queries(ada, count, django_assert_num_queries):
    for term in ["camping", "power", "winter tyre", "Norling 4 Touring"][: count - 1]:
        mirror.add(member=ada, term=term, now=now())
    fresh = type(ada).objects.get(pk=ada.pk)
    with django_assert_num_queries(12):
        home_feed(fresh, 9)


def test_a_word_on_ones_space_chooses_nothing_either_once_it_is_muted(ada, client):
    declare_keywords(member=ada, keywords=["行李架", "soup"], now=now())
    drain()
    found = reasons(ada)
    assert found["车顶行李架安装教程"][0] == "You care about 行李架"
    mirror.mute(member=ada, keyword="roof-rack", now=now())
    found = reasons(ada)
    assert "You care about" not in found["车顶行李架安装教程"][0]
    assert found["Soup for many"][0] == "You care about soup"
    client.force_login(ada)
    page = client.get("/me/knows/").content.decode()
    assert "Your space says it until you take it off there." in page

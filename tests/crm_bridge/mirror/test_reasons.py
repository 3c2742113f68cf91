"""Where the reasons in the mirror lead to."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.traces.api import record_search
from crm_bridge.mirror.queries.interests import reason_url
from crm_bridge.profiles.queries import Reason, interests_of, profile_of
from tests.contests import begin, contest, idea
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db


def searches():
    return OutboxEvent.objects.filter(name="traces.site.searched").count()


def test_following_a_reason_that_is_a_search_is_no_new_search_whenever_that_is(client):
    load_words()
    ada = permit(member("ada"), "profiling:onsite")
    record_search(member=ada, words="roof rack", found=0, now=now())
    drain()
    (interest,) = interests_of(profile_of(ada.pk))
    (reason,) = interest.reasons
    cache.clear()  # more than ten minutes later
    client.force_login(ada)
    assert client.get(reason_url(reason)).context["words"] == "roof rack"
    # Another page of what it found is none either.
    client.get(reverse("search"), {"q": "Roof rack", "page": 2})
    assert searches() == 1
    client.get(reverse("search"), {"q": "roof racks"})
    assert searches() == 2


@pytest.mark.parametrize("source", ["idea", "vote"])
def test_a_reason_that_is_an_idea_leads_to_its_address_in_one_step(client, source):
    found = contest()
    made = idea(found, title="A wet box")
    begin(found, "voting")
    reason = Reason(source, "", "An earlier title", 1, now(), str(made.pk))
    answer = client.get(reason_url(reason), follow=True)
    assert (answer.status_code, answer.redirect_chain) == (200, [(made.get_absolute_url(), 301)])

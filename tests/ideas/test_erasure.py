"""Pictures that nobody shows any more leave the disk; of an erased member's withdrawn ideas nothing stays."""

import json

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder

from community.inbox.models import Notification
from community.members.api import Member, Role, erase_member
from crm_bridge.models import Signal
from crm_bridge.profiles.projector import rebuild_profiles
from ideas import services
from ideas.models import Idea
from tests.contests import DECISION, SUBMISSION, VOTING, contest, idea
from tests.forums.places import picture
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db(transaction=True)


def pictured(where, author, title="A wet box"):
    return services.submit_idea(
        author=author, contest=where, title=title, source="Here", picture=picture(), now=SUBMISSION
    )


def there(name):
    return bool(name) and default_storage.exists(name)


def test_a_picture_that_is_replaced_or_taken_back_leaves_the_disk():
    author = member()
    made = pictured(contest(), author)
    first = made.picture.name
    edited = services.edit_idea(
        author=author, idea=made, title="A", source="B", picture=picture(size=(9, 9)), now=SUBMISSION
    )
    second = edited.picture.name
    assert (there(first), there(second)) == (False, True)
    services.edit_idea(author=author, idea=made, title="A", source="B", now=SUBMISSION)
    assert there(second)
    services.withdraw_idea(author=author, idea=made, now=SUBMISSION)
    assert not there(second)
    assert Idea.objects.get().picture.name == ""


def test_an_idea_removed_by_a_moderator_loses_its_picture_too():
    made = pictured(contest(), member())
    services.withdraw_idea(author=staff(Role.MODERATOR), idea=made, now=VOTING)
    assert not there(made.picture.name)


def test_an_erased_authors_ideas_stay_without_name_and_picture_and_those_taken_back_are_blank():
    found, author = contest(), member()
    kept, gone, others = pictured(found, author), pictured(found, author, "A secret"), pictured(found, member())
    services.withdraw_idea(author=author, idea=gone, now=SUBMISSION)
    erase_member(member=author, now=VOTING)
    assert (there(kept.picture.name), there(others.picture.name)) == (False, True)
    rows = Idea.objects.order_by("pk").values_list("title", "source", "text", "html", "picture")
    assert list(rows)[:2] == [("A wet box", "Here", "Here", "<p>Here</p>\n", ""), ("", "", "", "", "")]


def naming(word):
    """The tables that hold a word anywhere."""
    rows = {model: list(model._default_manager.values()) for model in apps.get_models() if model._meta.managed}
    texts = {model: json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False) for model, found in rows.items()}
    return sorted(model._meta.label for model, text in texts.items() if word in text)


@pytest.mark.parametrize("removed_first", [True, False], ids=["removed, then erased", "erased, then removed"])
def test_nothing_stays_of_what_a_moderator_removed_whatever_came_first(removed_first):
    load_words()
    found, keeper = contest(), staff(Role.MODERATOR)
    voter = permit(member(), "profiling:onsite")
    made = pictured(found, member(), "My Zanzibar roof rack")
    services.cast_vote(voter=voter, idea=made, now=VOTING)
    drain()
    assert Signal.objects.filter(member_id=voter.pk).exists()
    assert "crm_bridge.Signal" in naming("Zanzibar")
    acts = [
        lambda: services.withdraw_idea(author=keeper, idea=Idea.objects.get(pk=made.pk), now=VOTING),
        lambda: erase_member(member=made.author, now=VOTING),
    ]
    for act in acts if removed_first else reversed(acts):
        act()
    drain()
    assert naming("Zanzibar") == []
    assert not Signal.objects.filter(member_id=voter.pk).exists()
    assert list(Idea.objects.values_list("title", "source", "html", "text", "picture")) == [("",) * 5]
    list(rebuild_profiles(now=VOTING))
    assert not Signal.objects.filter(member_id=voter.pk).exists()


def test_the_erased_authors_idea_is_still_shown(client):
    made = idea(contest(), member("zelda"))
    services.advance_contests(now=VOTING)
    erase_member(member=made.author, now=VOTING)
    assert "zelda" not in client.get(made.get_absolute_url()).content.decode()
    assert client.get(made.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("act", ["decide", "remove"])
def test_staff_go_on_with_an_idea_whose_author_was_erased(act):
    found = contest(actor=staff(Role.BRAND_MANAGER, "boss"))
    made = idea(found)
    erase_member(member=made.author, now=VOTING)
    if act == "decide":
        values = {"decision": "adopted", "reason_en": "We build it.", "reason_zh": "我们会做。"}
        services.decide(actor=Member.objects.get(username="boss"), idea=made, **values, now=DECISION)
    else:
        services.withdraw_idea(author=staff(Role.MODERATOR), idea=made, now=VOTING)
    drain()
    made.refresh_from_db()
    assert bool(made.decision) == (act == "decide")
    assert bool(made.withdrawn_at) == (act == "remove")
    assert not Notification.objects.filter(recipient=made.author).exists()

"""A command that was killed in the middle and is run again leaves what it would have left at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db.models import Count

from community.kernel.api import now
from community.kernel.models import OutboxEvent
from community.kernel.relay import Relay
from community.members.api import Member
from community.search.api import search_content
from community.search.drift import drift
from community.search.models import IndexState, Mark
from community.search.registry import engine_of
from crm_bridge.models import Profile
from forums.importers.figures import audit
from forums.models import Imported, ImportedFigure, ImportedVote, Post, Topic
from tests.forums.importers.dumps import write_dump
from tests.forums.places import many_posts, topic
from tests.killed import killed_at
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

COMMENTS = "content_id,author,date,content\n" + "".join(
    f"c{n},{('Ann', 'Bo', 'Cy')[n % 3]},2018-05-{n + 1:02},Comment {n} about racks\n" for n in range(9)
)


def kill(step, times, monkeypatch, *command, batch=2, size="BATCH"):
    """Run a command until it dies, in batches of this size."""
    with monkeypatch.context() as patch:
        patch.setattr(f"{step.rpartition('.')[0]}.{size}", batch)
        killed_at(step, lambda: call_command(*command), times=times)


def imported():
    """Everything an import leaves, without the rows' own numbers, and its facts."""
    names = dict(Member.objects.values_list("pk", "username"))
    facts = OutboxEvent.objects.values_list("name", "occurred_at", "member_id")
    return {
        "members": sorted(Member.objects.values_list("username", "name", "joined_at", "language")),
        "topics": sorted(
            Topic.objects.values_list(
                "title", "board__slug", "post_count", "last_number", "closed", "best_answer__number", "last_post_at"
            ),
            key=str,
        ),
        "posts": sorted(
            Post.objects.values_list(
                "topic__title", "number", "kind", "author__username", "text", "score", "comment_count", "written_at"
            ),
            key=str,
        ),
        "votes": sorted(ImportedVote.objects.values_list("post__text").annotate(Count("pk")), key=str),
        "figures": ImportedFigure.objects.count(),
        "notes": sorted(Imported.objects.values_list("source", "kind", "external_id")),
        "facts": sorted(((name, at, names.get(who)) for name, at, who in facts), key=str),
    }


IMPORTERS = {
    "comments": ("import_comments", "comments.csv", "forums.importers.comments.note", (2, 5)),
    "dump": ("import_stackexchange", ".", "forums.importers.stackexchange.note", (1, 3, 5)),
}
KILLS = [(name, times) for name, (*_rest, numbers) in IMPORTERS.items() for times in numbers]


@pytest.mark.parametrize(("importer", "times"), KILLS)
def test_an_importer(importer, times, monkeypatch, tmp_path):
    command, where, step, _numbers = IMPORTERS[importer]
    write_dump(tmp_path)
    (tmp_path / "comments.csv").write_text(COMMENTS)
    words = [command, str(tmp_path / where), "--board", "bikes", "--grant-all-for-demo"]
    kill(step, times, monkeypatch, *words, batch=1)
    begun = imported()
    call_command(*words)
    found = imported()
    call_command("recount", check=True)
    if importer == "dump":
        figures = {"Score": (2, 3), "CommentCount": (2, 2), "AnswerCount": (1, 1), "tag Count": (2, 2)}
        assert audit(tmp_path, source="bikes") == figures
    call_command("flush", interactive=False, verbosity=0)
    call_command(*words)
    assert found == imported()
    assert begun["notes"] != found["notes"]


@pytest.mark.parametrize("step", ["_begin_rebuild", "present"])
def test_a_rebuild_of_an_index(step, engine, monkeypatch):
    found = topic(title="Roof racks")
    many_posts(found, 6)
    drain()
    call_command("search", "rebuild", "content")
    before = search_content("racks", viewer=AnonymousUser(), kinds=["topic"]).total
    kill(f"community.search.services.{step}", 1, monkeypatch, "search", "rebuild", "content")

    assert search_content("racks", viewer=AnonymousUser(), kinds=["topic"]).total == before == 1  # the old one serves
    topic(title="More racks")  # and learns
    relay = Relay()
    while relay.step():  # what was changed is written to the index in use, and marked for the new one
        pass
    assert search_content("racks", viewer=AnonymousUser(), kinds=["topic"]).total == 2
    with pytest.raises(CommandError, match="being rebuilt"):
        call_command("search", "rebuild", "content")
    IndexState.objects.filter(name="content").update(rebuilding_until=now() - timedelta(seconds=1))  # ten minutes later
    call_command("search", "rebuild", "content")
    drain()
    assert search_content("racks", viewer=AnonymousUser(), kinds=["topic"]).total == 2
    assert (drift("content"), Mark.objects.exists()) == (([], [], []), False)


def test_what_a_killed_rebuild_left_in_elasticsearch_goes_with_a_later_one(elasticsearch, monkeypatch):
    topic(title="Roof racks")
    call_command("search", "rebuild", "content")
    kill("community.search.services.present", 1, monkeypatch, "search", "rebuild", "content")
    IndexState.objects.update(rebuilding_until=None)
    indexes = engine_of("content")._indexes

    def kept():
        return set(indexes.es.indices.get(index=f"{indexes.read}-*"))

    assert len(kept()) == 2
    call_command("search", "rebuild", "content")
    assert len(kept()) == 2  # somebody might be at work on it
    monkeypatch.setattr("community.search.age.ABANDONED_SECONDS", 0)
    call_command("search", "rebuild", "content")
    assert len(kept()) == 1
    assert search_content("racks", viewer=AnonymousUser(), kinds=["topic"]).total == 1


def test_profiles_made_anew(monkeypatch):
    load_words()
    people = [permit(member(name), "profiling:onsite") for name in ("ann", "bo", "cy", "di")]
    for person in people:
        topic(author=person, title=f"Roof racks of {person.name}")
    drain()

    def kept():
        return list(Profile.objects.order_by("pk").values_list("pk", "interests", "stage", "active_days"))

    learnt = kept()
    assert all(interests for _key, interests, *_rest in learnt)
    Profile.objects.update(stage="", interests=[])
    kill("crm_bridge.profiles.projector.wipe", 2, monkeypatch, "rebuild_profiles", batch=2, size="LEARNT_ANEW")
    assert kept()[:2] == learnt[:2]
    assert [row[1:3] for row in kept()[2:]] == [([], ""), ([], "")]  # as they were before
    call_command("rebuild_profiles")
    assert kept() == learnt


def test_a_recount(monkeypatch):
    found = topic(title="Roof racks")
    many_posts(found, 6)
    call_command("recount")  # the board, whose rows were not counted as they were written
    Post.objects.update(useful_count=7)
    wrong = Post.objects.count()
    kill("forums.counts.set_counts", 2, monkeypatch, "recount", batch=2, size="CHUNK")
    assert Post.objects.filter(useful_count=7).count() == wrong - 2
    with pytest.raises(CommandError, match="kept numbers differ"):
        call_command("recount", check=True)
    call_command("recount")
    call_command("recount", check=True)
    assert not Post.objects.exclude(useful_count=0).exists()

"""A small installation grows: its SQLite file becomes a PostgreSQL database, with everything in it."""

from contextlib import contextmanager

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.urls import reverse

from community.consent.ledger import permission_drift
from community.kernel import copying
from community.kernel.api import now
from community.kernel.copying import copy_all, tables
from community.kernel.management.commands import copy_database
from community.kernel.models import OutboxEvent
from community.members.api import Member, erase_member, register
from community.members.erasure import erased_among
from community.search.api import search_content
from community.settings.databases import database
from forums.api import open_topic, write_post
from forums.models import Post
from tests.contests import begin, contest, idea
from tests.forums.places import board, topic
from tests.people import member, permit
from tests.relay import drain
from tests.sites import ensure_site
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def any_database(monkeypatch):
    """Tests may use the databases that were known when the run began; these are known later."""

    def connect(wrapper):
        if wrapper.connection is None:
            with wrapper.wrap_database_errors:
                wrapper.connect()

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", connect)


@contextmanager
def known_as(alias, path):
    """A SQLite file is there."""
    at = {**database("sqlite:///"), "NAME": path}
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: at})[alias]
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


@pytest.fixture
def community():
    """Pages, words, people with permissions and keywords, somebody erased, a contest, facts delivered and not."""
    load_words()
    ensure_site()
    ada, bea, cid = (permit(member(name), "profiling:onsite", "offers:email") for name in ("ada", "bea", "cid"))
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    found = topic(author=ada, title="行李架 or roof rack?")
    write_post(author=bea, topic=found, source="A roof rack, “@ada”. 车顶行李架。", now=now())
    write_post(author=cid, topic=found, source="@bea has one.", now=now())
    ours = idea(contest())
    begin(ours.contest, "voting")
    drain()
    erase_member(member=cid, now=now())
    drain()
    write_post(author=ada, topic=found, source="Not delivered yet.", now=now())
    return found


def everything(alias):
    """Each column of each table."""
    found = {}
    for model in tables():
        columns = [field.attname for field in model._meta.local_concrete_fields]
        found[model._meta.label] = list(models.QuerySet(model, using=alias).order_by("pk").values_list(*columns))
    return found


@pytest.fixture
def small(community, tmp_path):
    """The community in a SQLite file, and what was in it; the database of the settings is a new installation's."""
    path = tmp_path / "a+b #1 100%.sqlite3"
    with known_as("small", path):
        call_command("migrate", database="small", run_syncdb=True, verbosity=0)
        copy_all("default", "small")
        held = everything("small")
    assert held == everything("default")
    call_command("flush", interactive=False, verbosity=0)
    return path, held


def test_everything_is_there_and_goes_on(small, community, client):
    path, held = small
    assert not Member.objects.exists()
    call_command("copy_database", str(path))
    assert everything("default") == held
    assert len(held["forums.Post"]) == 4 and len(held["community_consent.PermissionEntry"]) == 6

    call_command("recount", check=True)
    assert permission_drift() == []
    assert list(OutboxEvent.objects.filter(state="pending").values_list("name", flat=True)) == ["forums.post.written"]
    drain()
    assert search_content("not delivered", viewer=AnonymousUser(), kinds=["topic"]).total == 0  # the index is made anew
    call_command("search", "rebuild")
    drain()
    assert search_content("行李架", viewer=AnonymousUser(), kinds=["topic"]).total == 1
    call_command("rebuild_profiles")

    sent = {"login": "ada", "password": "correct horse"}
    assert client.post(reverse("account_login"), sent)["Location"] == "/"
    last = Post.objects.order_by("-pk").first().pk
    assert client.post(f"/topics/{community.pk}/reply/", {"source": "Here now."}).status_code == 302
    assert Post.objects.order_by("-pk").first().pk == last + 1
    ada = Member.objects.get(username="ada")
    open_topic(author=ada, board=board(), title="A new board", source="With a new number.", now=now())
    assert erased_among(["cid"]) == {"cid"}
    register(username="dora", email="dora@example.org", password=None, now=now())
    with transaction.atomic():
        Post.objects.filter(pk=last).update(topic_id=10**6)
        with pytest.raises(IntegrityError):  # constraints are on again
            connection.check_constraints()
        transaction.set_rollback(True)


def test_nobody_is_written_over(small):
    member("already")
    with pytest.raises(CommandError, match="has members already"):
        call_command("copy_database", str(small[0]))
    assert Member.objects.get().username == "already"


def test_what_does_not_fit_is_left_as_it_was(small, monkeypatch):
    path, _held = small
    with pytest.raises(CommandError, match="no file"):
        call_command("copy_database", f"{path}.bak")
    with monkeypatch.context() as patch:
        patch.setattr(copying, "migrations", lambda alias: {("forums", alias)})
        with pytest.raises(CommandError, match="different versions"):
            call_command("copy_database", str(path))
    real, counts = copying._count, iter(range(10**6))
    monkeypatch.setattr(copying, "_count", lambda model, alias: real(model, alias) + next(counts))
    before = everything("default")
    with pytest.raises(CommandError, match="another number of rows"):
        call_command("copy_database", str(path))
    assert everything("default") == before
    assert copy_database.SOURCE not in connections.settings


def test_what_postgresql_does_not_take_is_said_with_its_table(small):
    path, _held = small
    with known_as("small", path):
        Member.objects.using("small").filter(username="ada").update(title="x" * 81)
    before = everything("default")
    with pytest.raises(CommandError, match=r"members_member: .*character varying\(80\).* Nothing was copied"):
        call_command("copy_database", str(path))
    assert everything("default") == before

"""An index is built anew on a site in use: others write to SQLite in between."""

from contextlib import closing

import pytest
from django.db import OperationalError

from community.search.registry import index_named
from community.search.services import BATCH, rebuild
from forums.models import Post
from tests.forums.places import many_posts, topic

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]
POSTS = 2 * 2000 + 100  # Django reads 2,000 rows at a time: the last are still to be read after some batches


@pytest.fixture
def site():
    many_posts(topic(), POSTS)


def test_a_rebuild_ends_although_others_write_meanwhile(site, beside_writers):
    ids = beside_writers(index_named("content").all_ids(), every=BATCH)
    assert rebuild("content", progress=ids).written >= POSTS


def test_without_pages_of_keys_it_would_not(site, beside_writers):
    with closing(Post.objects.values_list("pk", flat=True).iterator()) as keys:
        ids = (f"post:{key}" for key in beside_writers(keys, every=BATCH))
        with pytest.raises(OperationalError, match="locked"):
            rebuild("content", progress=ids)

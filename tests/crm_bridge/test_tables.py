"""How the bridge's tables are read."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db
OF_MEMBERS = [model for model in apps.get_app_config("crm_bridge").get_models() if hasattr(model, "member_id")]


@pytest.mark.parametrize("model", OF_MEMBERS, ids=lambda model: model.__name__)
def test_what_is_kept_of_a_member_is_found_by_an_index(model):
    """It goes with a withdrawn permission or an erasure, and then nobody reads a whole table."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, model._meta.db_table).values()
    by_index = {tuple(one["columns"]) for one in found if one["index"] or one["unique"] or one["primary_key"]}
    assert [columns for columns in by_index if columns[:1] == ("member_id",)]


def test_who_looked_is_read_in_the_order_of_the_index():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "crm_bridge_accessentry")
    index = found["access_member"]
    assert (index["columns"], index["orders"]) == (["member_id", "at"], ["ASC", "DESC"])
    assert [one["columns"] for one in found.values() if one["index"] and one is not index] == []

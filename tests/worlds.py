"""What every test of a module begins with, made once: ``build_world()`` of the module, as the fixture ``world``.

It is made in a transaction that ends with the module, each test's own being a savepoint inside it; and every test gets
copies of the objects, as Django's ``setUpTestData`` does for a class. A module that commits (``transaction=True``)
cannot have one. No fixture of a single test is there yet when it is made.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy

import pytest
from django.core.cache import cache
from django.test import TestCase

from community.search.registry import forget_engines
from tests.forgetting import forget_state, forget_vocabulary


@contextmanager
def undone(blocker):
    """What is written inside, also by tests, is taken back at the end."""
    with blocker.unblock():
        atomics = TestCase._enter_atomics()
    try:
        yield
    finally:
        with blocker.unblock():
            TestCase._rollback_atomics(atomics)
        forget()


@pytest.fixture(scope="module")
def world_of_the_module(request, django_db_setup, django_db_blocker):
    """The world itself; nothing of it stays after the module."""
    with undone(django_db_blocker):
        with django_db_blocker.unblock():
            made = request.module.build_world()
        forget()
        yield made


@pytest.fixture
def world(world_of_the_module, db):
    """This test's copy of it."""
    return deepcopy(world_of_the_module)


def forget():
    """What was kept in memory meanwhile."""
    cache.clear()
    forget_engines()
    forget_state()
    forget_vocabulary()

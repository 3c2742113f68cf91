"""A server that is away is waited for once; the others go on without, and it is used again when it answers."""

import pytest

from community.kernel.circuit_breaker import SPARED_SECONDS, CircuitBreaker
from tests.threads import at_once


class Server:
    """Somebody to ask, who may be away, and a clock."""

    def __init__(self):
        self.away, self.tries, self.time = False, 0, 1000.0
        self.breaker = CircuitBreaker("server", (OSError,), clock=lambda: self.time)

    def answer(self):
        self.tries += 1
        if self.away:
            raise ConnectionRefusedError
        return "its answer"

    def ask(self):
        return self.breaker.ask(self.answer, otherwise=lambda: "something else")


@pytest.fixture
def server():
    return Server()


def test_what_answers_is_asked_each_time(server):
    assert [server.ask() for _ in range(3)] == ["its answer"] * 3
    assert (server.tries, server.breaker.away) == (3, False)


def test_after_a_failure_nobody_waits_for_some_seconds(server):
    server.away = True
    assert [server.ask() for _ in range(10)] == ["something else"] * 10
    server.time += SPARED_SECONDS - 0.1
    server.ask()
    assert (server.tries, server.breaker.away) == (1, True)
    server.time += 0.2
    assert [server.ask(), server.ask()] == ["something else"] * 2
    assert server.tries == 2


def test_what_is_back_is_used_at_the_next_try(server):
    server.away = True
    server.ask()
    server.away = False
    assert server.ask() == "something else"
    server.time += SPARED_SECONDS
    assert [server.ask(), server.ask()] == ["its answer"] * 2
    assert (server.tries, server.breaker.away) == (3, False)


def test_one_line_when_it_goes_and_one_when_it_is_back(server, caplog):
    for away in (True, True, False, False, True):
        server.away = away
        server.time += SPARED_SECONDS
        server.ask()
    gone = "server is away: ConnectionRefusedError"
    assert caplog.messages == [gone, "server is back", gone]


def test_while_one_tries_the_others_do_without(server):
    server.away = True
    server.ask()
    server.time += SPARED_SECONDS
    asked = []
    server.answer = lambda: asked.append(server.ask())
    server.breaker.ask(server.answer, otherwise=lambda: None)
    assert asked == ["something else"]


def test_of_many_at_the_same_moment_one_tries(server):
    server.away = True
    server.ask()
    server.time += SPARED_SECONDS
    assert not at_once([server.ask] * 8)
    assert server.tries == 2


def test_faults_of_other_kinds_are_the_callers(server):
    with pytest.raises(ZeroDivisionError):
        server.breaker.ask(lambda: 1 / 0, otherwise=lambda: 0)
    assert not server.breaker.away

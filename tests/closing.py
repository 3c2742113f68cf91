"""The closing table of a test run: what was not run and why; with ``--nothing-skipped`` a skipped test is a failure."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.real_data import FOLDER

REASONS = {
    "services": "needs PostgreSQL, Redis and Elasticsearch: make services test-services",
    "browser": "needs Chromium: part of make test",
    "serverless": "comes out alike on any server: part of make test",
    "embedded": "is about SQLite or what is in memory: part of make test",
    "data": "needs the real data: set PADDOCK_TEST_DATA to its folder",
}


def pytest_addoption(parser):
    parser.addoption("--nothing-skipped", action="store_true", help="a skipped test is a failure")


def pytest_configure(config):
    config.pluginmanager.register(ClosingTable(config), "closing-table")


class ClosingTable:
    """Counts what a run leaves out, over all of its workers."""

    def __init__(self, config):
        self.config = config
        self.strict = config.getoption("nothing_skipped")
        self.left_out = Counter()
        self.skipped = Counter()

    def pytest_deselected(self, items):
        marks = [name for name in REASONS if name in self.config.option.markexpr]
        marks += [] if FOLDER.is_dir() else ["data"]
        for item in items:
            mark = next((name for name in marks if item.get_closest_marker(name)), "")
            self.left_out[REASONS.get(mark, "not asked for")] += 1

    def pytest_collectreport(self, report):
        self._count(report)

    def pytest_runtest_logreport(self, report):
        self._count(report)

    def _count(self, report):
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.skipped[reason.removeprefix("Skipped: ")] += 1

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["left_out"] = dict(self.left_out)
        elif self.strict and self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        # Every worker collects, and leaves out, the same tests.
        self.left_out |= Counter(getattr(node, "workeroutput", {}).get("left_out", {}))

    def pytest_terminal_summary(self, terminalreporter):
        rows = [("left out", *row) for row in sorted(self.left_out.items())]
        rows += [("skipped", *row) for row in sorted(self.skipped.items())]
        terminalreporter.section("not run")
        for what, reason, count in rows:
            terminalreporter.line(f"{count:6}  {what:8}  {reason}")
        if not rows:
            terminalreporter.line("nothing: every test was run")
        if self.strict and self.skipped:
            terminalreporter.line("FAILED: no test may be skipped here", red=True)

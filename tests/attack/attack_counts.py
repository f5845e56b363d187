"""What attack tests tried, counted while they run, and told in the last line of the run.

A test names its technique, `@pytest.mark.attack("replayed grant")`, and says by the fixture `attack`
which strings it threw and how many requests it sent. What got through fails the test; nothing here
is taken from a table.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import attack_corpus
import pytest

_KEY = "attack"
_COUNTED = ("requests", "writes", "leaks", "exchanges", "lies")


@dataclass
class Attack:
    """What one test tries; every method may be called often."""

    techniques: set[str] = field(default_factory=set)
    strings: set[str] = field(default_factory=set)
    requests: int = 0
    writes: int = 0
    leaks: int = 0
    scripts: set[str] = field(default_factory=set)
    """What models did, each under its technique; see `plays`."""
    exchanges: int = 0
    lies: int = 0

    def uses(self, *techniques: str) -> None:
        """Count techniques beside the one that the test is marked with."""
        self.techniques.update(techniques)

    def throws(self, *texts: str | bytes) -> None:
        """Count hostile strings; the same one counts once over the whole run."""
        for text in texts:
            raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            self.strings.add(hashlib.sha256(raw).hexdigest()[:16])

    def each_of(
        self, technique: str, fits: Callable[[str], object] = lambda _text: True
    ) -> Iterator[str]:
        """Yield the corpus's strings of a technique that fit, each counted as it is thrown."""
        self.uses(technique)
        for text in filter(fits, attack_corpus.by_technique()[technique]):
            self.throws(text)
            yield text

    def asks(self, requests: int = 1) -> None:
        """Count requests that went over a wire."""
        self.requests += requests

    def writes_nothing(self, written: Iterable[object]) -> None:
        """Fail when something was written, and count it."""
        found = list(written)
        self.writes += len(found)
        assert found == []

    def plays(self, technique: str, script: str, exchanges: int) -> None:
        """Count a script of a hostile model, and how often it was asked."""
        self.uses(technique)
        self.scripts.add(f"{technique}: {script}")
        self.exchanges += exchanges

    def is_believed_in_nothing(self, believed: Iterable[object]) -> None:
        """Fail when something that a model made up was shown as a fact, and count it."""
        found = list(believed)
        self.lies += len(found)
        assert found == []

    def leaks_nothing(self, leaked: Iterable[object]) -> None:
        """Fail when something was shown that must not be, and count it."""
        found = list(leaked)
        self.leaks += len(found)
        assert found == []


@pytest.fixture
def attack(request: pytest.FixtureRequest) -> Iterator[Attack]:
    """Return what counts the tries of this test."""
    found = Attack()
    yield found
    request.node.user_properties.append((_KEY, _told(found)))


def _told(found: Attack) -> dict[str, Any]:
    """Return it as it travels from a worker of the run to whoever counts."""
    return {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in vars(found).items()
    }


class Tally:
    """Adds up what the tests of a run reported."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._sum = Attack()
        self._failed: set[str] = set()
        self._got_through: set[str] = set()
        self._ran = False

    @pytest.hookimpl()
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what a test reports, which is complete when it is torn down."""
        told: list[dict[str, Any]] = [part for key, part in report.user_properties if key == _KEY]  # type: ignore[misc]  # what we put there ourselves
        if not told:
            return
        self._ran = True
        if report.failed:
            self._failed.add(report.nodeid)
        if report.when == "teardown" and not report.skipped:
            for part in told:
                self._add(report.nodeid, part)

    def _add(self, test: str, part: dict[str, Any]) -> None:
        self._sum.techniques.update(part["techniques"])
        self._sum.strings.update(part.get("strings", ()))
        self._sum.scripts.update(part.get("scripts", ()))
        for name in _COUNTED:
            setattr(self._sum, name, getattr(self._sum, name) + part.get(name, 0))
        if part.get("writes") or part.get("leaks") or part.get("lies"):
            self._got_through.add(test)

    @property
    def line(self) -> str:
        """Return the counts in a line; a test that failed otherwise than by a write or leak is a crash."""
        found = self._sum
        crashes = len(self._failed - self._got_through)
        return (
            f"attack: {len(found.techniques)} techniques, {len(found.strings)} strings,"
            f" {found.requests:,} requests; {found.writes} writes, {found.leaks} leaks,"
            f" {crashes} crashes"
        )

    @property
    def of_models(self) -> str:
        """Return what hostile models tried, in a line; nothing where none was asked."""
        found = self._sum
        if not found.scripts:
            return ""
        techniques = {script.partition(":")[0] for script in found.scripts}
        return (
            f"hostile models: {len(techniques)} techniques, {len(found.scripts)} scripts,"
            f" {found.exchanges:,} exchanges; {found.lies} false facts"
        )

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self) -> None:
        """Tell the counts below everything else, when the run was for attacks."""
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if self._ran and terminal is not None and self._config.option.markexpr == "attack":
            for line in filter(None, (self.of_models, self.line)):
                terminal.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Count, in the process that hears of all tests."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Tally(config), "attack-tally")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each attack test report the techniques it is marked with."""
    for item in items:
        marks = list(item.iter_markers("attack"))
        if marks:
            named = sorted({str(name) for mark in marks for name in mark.args})
            item.user_properties.append((_KEY, {"techniques": named}))

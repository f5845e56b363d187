"""A commit is said to be no more on its branch only where that was seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from repository_seen import NOON, REPOSITORY, detail, evidence, head, listed, sha

from sre_agent.diagnosis.changes import known
from sre_agent.diagnosis.changes.known import Known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

EARLIER = NOON - timedelta(minutes=30)
DAYS_AGO = NOON - timedelta(days=2)


def pushed(letter: str) -> Change:
    return Change(
        key=f"commit:{REPOSITORY}:{sha(letter)}",
        source=ChangeSource.GITHUB,
        kind=ChangeKind.COMMIT,
        summary="pushed",
        at=NOON - timedelta(minutes=5),
        told_at=NOON,
        repository=REPOSITORY,
        commit=sha(letter),
    )


def read(
    seen: Sequence[Observation], letters: str, asked: Mapping[str, str] | None = None
) -> Known:
    """Return what is known where pushes were told of, and lists were asked for with some arguments."""
    found = [
        item.model_copy(
            update={
                "call": item.call.model_copy(
                    update={"tool": "list_commits", "arguments": dict(asked or {})}
                )
            }
        )
        for item in evidence(seen, NOON)
    ]
    near = NearChanges(since=EARLIER, until=NOON, changes=tuple(map(pushed, letters)))
    found.append(build.evidence("timeline-1.1", near, NOON))
    incident = World(5).incident("core").model_copy(update={"started_at": NOON})
    return known.read(case.build(found, incident, NOON))


@pytest.mark.parametrize(("made", "gone"), [(EARLIER, {sha("a")}), (DAYS_AGO, set())])
def test_what_was_written_days_before_it_was_pushed_may_be_there(
    made: datetime, gone: set[str]
) -> None:
    found = read([listed(head("d", NOON)), detail(head("a", made))], "a")

    assert found.gone == gone
    assert bool(found.taking_back(pushed("a"))) is not bool(gone)


def test_of_what_nobody_looked_at_nobody_knows_whether_it_is_gone() -> None:
    assert read([listed(head("d", NOON))], "f").gone == frozenset()


def test_what_a_listed_commit_stands_on_is_there() -> None:
    merge, inner = head("d", NOON, parents="ba"), head("a", EARLIER, parents="e")

    found = read([listed(merge), detail(inner), detail(head("e", EARLIER))], "ae")

    assert found.gone == frozenset()


def test_what_only_a_commit_that_is_gone_stands_on_is_gone_as_well() -> None:
    lost, below = head("a", EARLIER, parents="e"), head("e", EARLIER)

    found = read([listed(head("d", NOON)), detail(lost), detail(below)], "ae")

    assert found.gone == {sha("a"), sha("e")}


@pytest.mark.parametrize("asked", [{"path": "services"}, {"ref": "release"}, {"until": "x"}])
def test_a_list_of_a_part_says_of_nothing_that_it_is_gone(asked: dict[str, str]) -> None:
    seen = [listed(head("d", NOON)), detail(head("a", EARLIER))]

    assert read(seen, "a", asked).gone == frozenset()
    assert read(seen, "a", {"since": "x"}).gone == {sha("a")}

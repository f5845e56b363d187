"""What the incident itself did to a repository is no suspect, and nobody else's change passes for it."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from repository_seen import NOON, REPOSITORY, evidence, head, listed, sha

from mcp_servers.github.trailers import signed
from sre_agent.diagnosis.changes import known
from sre_agent.diagnosis.incident import case
from sre_agent.domain.model import Observation
from sre_agent.domain.observations.changes import NearChanges
from sre_agent.domain.timeline import Change, ChangeKind, ChangeSource
from sre_agent.testing import evidence as build
from sre_agent.testing.world import World

OURS = signed("Revert it\n\nMerged from revert-1.", "grt-1")


def told(kind: ChangeKind, source: ChangeSource, message: str = "") -> Change:
    return Change(
        key=f"{kind}:1",
        source=source,
        kind=kind,
        summary="told",
        message=message,
        at=NOON,
        told_at=NOON,
        repository=REPOSITORY,
        commit=sha("b"),
    )


def suspects(
    seen: Sequence[Observation], *timeline: Change, grants: tuple[str, ...] = ("grt-1",)
) -> set[str]:
    """Return the commits of all changes that an incident with these grants has to weigh."""
    incident = World(5).incident("core").model_copy(update={"started_at": NOON})
    since = NOON - timedelta(hours=24)
    near = NearChanges(since=since, until=NOON, changes=timeline, grants=grants)
    found = [*evidence(seen, NOON), build.evidence("timeline-1.1", near, NOON)]
    return {change.commit for _, change in known.read(case.build(found, incident, NOON)).changes}


def test_the_own_repair_is_no_suspect_whoever_tells_of_it() -> None:
    own = head("b", NOON, OURS)
    other = head("c", NOON, signed("Go on", "grt-2"))
    deploy = told(ChangeKind.DEPLOY, ChangeSource.WEBHOOK)
    merge = told(ChangeKind.PULL_REQUEST, ChangeSource.GITHUB)

    assert suspects([listed(own, other)], deploy, merge) == {sha("c")}


def test_a_grant_that_the_incident_never_had_excuses_nobody() -> None:
    assert suspects([listed(head("b", NOON, OURS))], grants=("grt-9",)) == {sha("b")}


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        pytest.param(ChangeKind.DEPLOY, ChangeSource.WEBHOOK, id="a deploy that somebody posted"),
        pytest.param(ChangeKind.COMMIT, ChangeSource.WEBHOOK, id="a commit that somebody posted"),
        pytest.param(ChangeKind.PULL_REQUEST, ChangeSource.GITHUB, id="a text that can be edited"),
    ],
)
def test_who_quotes_a_grant_of_the_incident_excuses_no_commit(
    kind: ChangeKind, source: ChangeSource
) -> None:
    guilty = head("b", NOON, "Break it")

    assert suspects([listed(guilty)], told(kind, source, OURS)) == {sha("b")}


def test_a_commit_that_quotes_an_older_repair_is_weighed_as_its_own() -> None:
    again = head("b", NOON, signed(f"Do it again\n\nThis was: {OURS}", "grt-2"))

    assert suspects([listed(again)]) == {sha("b")}

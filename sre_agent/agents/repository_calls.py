"""Which changes of the code to ask for: what came before the trouble, and the diffs of what went live."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice

from sre_agent.diagnosis.incident.situation import ALERT_LAG
from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.github import CommitDetail, CommitList, DeploymentList
from sre_agent.domain.observations.kubernetes import RolloutHistory
from sre_agent.domain.tools import ToolCall

LOOKED_BACK = timedelta(hours=24)
"""How long before the trouble a change may have been made that is asked for."""

MAX_COMMITS = 50
MAX_DIFFS = 32
"""Diffs of how many commits are asked for: what went live before the trouble, the newest first."""
_SHA = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,40}(?![0-9a-z])")


def plan(server: str, begun: datetime, evidence: Sequence[Evidence]) -> Iterator[ToolCall]:
    """Yield the calls: lists first, then the diffs of the commits that were found.

    Args:
        server: the server that is asked.
        begun: when all was certainly well.
        evidence: all evidence so far.
    """
    since = (begun - LOOKED_BACK).astimezone(UTC).isoformat()
    lists: dict[str, dict[str, str | int]] = {
        # Up to now: an incident that was opened long ago may have been reopened since.
        "list_commits": {"since": since, "limit": MAX_COMMITS},
        "list_pull_requests": {"state": "closed"},
        "list_deployments": {},
        "list_workflow_runs": {"since": since},
        "list_releases": {},
    }
    for tool, arguments in lists.items():
        yield ToolCall(server=server, tool=tool, arguments=dict(arguments))
    read = {
        (found.repository, found.commit.sha)
        for item in evidence
        if (found := observations.read(item, CommitDetail))
    }
    room = max(0, MAX_DIFFS - len(read))
    unread = (place for place in _likeliest(evidence, begun + ALERT_LAG) if place not in read)
    for repository, sha in islice(unread, room):
        named = {"sha": sha, "repository": repository}
        yield ToolCall(server=server, tool="get_commit", arguments=named)


def _likeliest(evidence: Sequence[Evidence], alerted: datetime) -> list[tuple[str, str]]:
    """Return the commits by repository and hash, those that went live before the alert first.

    Of the others, those that were made before it come first; the newest first among equals.
    """
    lists = [found for item in evidence if (found := observations.read(item, CommitList))]
    deployed = dict(_deployed(evidence, alerted))
    # What was deployed of late may have been written long ago: then no list has it.
    made = deployed | {
        (found.repository, head.sha): head.committed_at for found in lists for head in found.commits
    }
    live = (*(sha for _, sha in deployed), *_rolled_out(evidence, alerted))

    def order(place: tuple[str, str]) -> tuple[bool, bool, float, tuple[str, str]]:
        at = made[place]
        return not place[1].startswith(live), at > alerted, -at.timestamp(), place

    return sorted(made, key=order)


def _deployed(
    evidence: Sequence[Evidence], alerted: datetime
) -> Iterator[tuple[tuple[str, str], datetime]]:
    """Yield the commits, by repository and hash, that were deployed before the alert, and when."""
    for item in evidence:
        found = observations.read(item, DeploymentList)
        for deployment in found.deployments if found else ():
            if alerted - LOOKED_BACK <= deployment.created_at <= alerted and deployment.sha:
                yield (found.repository if found else "", deployment.sha), deployment.created_at


def _rolled_out(evidence: Sequence[Evidence], alerted: datetime) -> Iterator[str]:
    """Yield the hashes, whole or cut, that rollouts before the alert name."""
    for item in evidence:
        history = observations.read(item, RolloutHistory)
        for revision in history.revisions if history else ():
            if alerted - LOOKED_BACK <= revision.created_at <= alerted:
                told = [change.after or "" for change in revision.changes]
                words = " ".join((*revision.images, revision.change_cause, *told))
                yield from _SHA.findall(words.lower())

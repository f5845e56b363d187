"""Which changes of the code to ask for: what came before the trouble, and the diffs of the newest."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sre_agent.domain import observations
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.github import CommitList
from sre_agent.domain.tools import ToolCall

LOOKED_BACK = timedelta(hours=24)
"""How long before the trouble a change may have been made that is asked for."""

MAX_COMMITS = 50
MAX_DIFFS = 10
"""Diffs of how many commits are asked for, the newest first."""


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
    for item in evidence:
        found = observations.read(item, CommitList)
        for commit in found.commits[:MAX_DIFFS] if found else ():
            named = {"sha": commit.sha, "repository": found.repository if found else ""}
            yield ToolCall(server=server, tool="get_commit", arguments=named)

"""Which repositories are worth looking at that nobody looked at yet: those that what suffers is built from."""

from collections.abc import Iterator
from datetime import UTC

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.diagnosis.changes import sources
from sre_agent.diagnosis.changes.of_github import LOOK_BACK
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Question
from sre_agent.domain.timeline import ChangeSource

REPOSITORIES_MAX = 3
COMMITS_MAX = 50


def ask(situation: Situation) -> Iterator[Question]:
    """Ask for the commits of the repositories of the workloads that are alerted about.

    Only where somebody can look: whoever looked at one repository is asked for the others.
    """
    case = situation.case
    looked_at = {item.fact.repository.lower() for item in case.repositories.lists}
    if not looked_at:
        return
    said = sources.read(case)
    anchors = {ref.name: ref for ref in situation.anchors}
    named = [(said[name].repository, name) for name in sorted(anchors) if name in said]
    named += [
        (change.repository, name)
        for seen in case.changes
        for change in seen.fact.changes
        if change.source is ChangeSource.GITHUB
        for name in sorted({*change.services} & anchors.keys())
    ]
    wanted = {
        repository: name
        for repository, name in reversed(named)
        if repository and repository.lower() not in looked_at
    }
    since = (case.incident.started_at - LOOK_BACK).astimezone(UTC).isoformat()
    for repository in sorted(wanted)[:REPOSITORIES_MAX]:
        yield Question(
            specialist=SPECIALIST_OF[Topic.CODE],
            topic=Topic.CODE,
            object=anchors[wanted[repository]],
            reason=f"it is built from {repository}, and nobody has looked there",
            tool="list_commits",
            arguments={
                "repository": repository,
                "since": since,
                "limit": COMMITS_MAX,
            },
        )

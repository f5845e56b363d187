"""Which code to look at that fails, where a flag was switched and nothing says yet that it did it."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.diagnosis.changes import paths
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.diagnosis.logs.exceptions import Frame
from sre_agent.diagnosis.proposing.attributing import Attribution
from sre_agent.domain.causes import Question
from sre_agent.domain.objects import ObjectRef

PLACES_MAX = 2
ROWS_ABOVE, ROWS = 20, 25
_ROOT = re.compile(r"^/(?:(?:usr/)?src/app|(?:home|opt|srv|var)/[^/]+|[^/]+)/")
"""Where images keep their code, as a rule."""


def ask(situation: Situation, found: Attribution) -> Iterator[Question]:
    """Ask for the code in which stack traces stand, innermost or outermost first by their language."""
    lists = situation.case.repositories.lists
    if found.suspect or not lists or not found.judgement.flags:
        return
    repositories = {
        change.repository: None
        for switched in found.judgement.flags
        if (change := found.taken.of_flag.get(switched.flag)) and change.repository
    }
    repository = next(iter(repositories), lists[0].fact.repository)
    anchor = next(iter(situation.anchors), None)
    ref = anchor or ObjectRef.deployment(situation.case.incident.namespace, found.scene.first)
    looked_at = [item.fact.path for item in situation.case.repositories.files]
    frames = [frame for frame in found.scene.frames if _is_ours(frame)]
    for frame in dict.fromkeys([*frames[-1:], *frames[:1]][:PLACES_MAX]):
        if not any(paths.shared(frame.file, path) for path in looked_at):
            yield Question(
                specialist=SPECIALIST_OF[Topic.CODE],
                topic=Topic.CODE,
                object=ref,
                reason="a flag was switched, and the code that fails may ask for it",
                tool="get_file",
                arguments={
                    "repository": repository,
                    "path": _ROOT.sub("", frame.file).lstrip("/"),
                    "first_line": max(1, frame.line - ROWS_ABOVE),
                    "lines": ROWS,
                },
            )


def _is_ours(frame: Frame) -> bool:
    return frame.line > 0 and "/" in frame.file and not paths.is_of_others(frame.file)

"""Error patterns that differ in a name only are one: a user's, a file's, whatever takes many values."""

from collections.abc import Sequence

from sre_agent.diagnosis.logs import comparison
from sre_agent.diagnosis.logs.comparison import Change, Said
from sre_agent.domain.observations.logs import ErrorPattern


def joined(patterns: Sequence[ErrorPattern]) -> tuple[ErrorPattern, ...]:
    """Return the patterns, those of one template as one; the line that best explains stands first.

    That is the most surprising one: new, or far more frequent than before. A pattern that is new by
    its name only, among others of its kind from before, is not new.
    """
    said = [Said(item.template, item.count, item.count_before) for item in patterns]
    found = (
        _one(change, [patterns[place] for place in change.said])
        for change in comparison.compare(said)
    )
    return tuple(found)


def _one(change: Change, patterns: Sequence[ErrorPattern]) -> ErrorPattern:
    if len(patterns) == 1:
        return patterns[0]
    most = min(patterns, key=lambda item: (-item.count, item.template))
    return most.model_copy(
        update={
            "template": change.text,
            "count": change.count,
            "count_before": change.count_before,
            "first_at": min(item.first_at for item in patterns),
            "last_at": max(item.last_at for item in patterns),
            "pods": tuple(sorted({pod for item in patterns for pod in item.pods})),
        }
    )

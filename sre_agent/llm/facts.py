"""A piece of evidence as a table: each single fact under the path by which it is cited.

What a model is shown and what its claims are checked against are the same table.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sre_agent.diagnosis.logs.templates import Miner
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.opinion import Scalar
from sre_agent.llm import cutting, fencing

MAX_FACTS = 4000
"""Of one piece of evidence; what lies behind is neither shown nor can it be cited."""
MAX_DEPTH = 12
MAX_SHOWN = 160
"""Characters of a value that are shown; wording stands first."""
_FIGURES = 4
_QUARTER = 4
_MINED_LINES = 1000
_MINED_TEMPLATES = 12
_LINES = {"kubernetes.pod_logs", "logs.lines"}


def table(evidence: Evidence) -> dict[str, Scalar]:
    """Return the facts by path, such as `pods[0].ready`, in the order of the evidence.

    Samples of a series are told as their first, last, least and greatest value, what is usual in the
    first and the last quarter of them, and when the greatest was. Of log lines stand first what is
    said how often (`alike[0].template`, `alike[0].count`). Nothing that is null is a fact.
    """
    found: dict[str, Scalar] = dict(_mined(evidence))
    for path, value in _walk(evidence.facts, "", 0):
        found[path] = value
        if len(found) >= MAX_FACTS:
            break
    return found


def shown(value: Scalar) -> str:
    """Return a fact as one plain line, cut where it is long: nothing in it steers or hides."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{rounded(value):g}"
    if isinstance(value, int):
        return str(value)
    return plain(value, MAX_SHOWN)


def plain(text: str, most: int) -> str:
    """Return text of anybody as one line without characters that steer or hide, cut to a length.

    It is redacted later, so that nothing private is split by what hides, or cut in two.
    """
    return cutting.cut(_flat(text, most + cutting.BEYOND), most)


def _flat(text: str, enough: int) -> str:
    """Return a text as one line, or of a long one a beginning with at least so many characters."""
    window = 4 * enough
    while True:
        flat = " ".join(fencing.clean(text[:window]).split())
        if len(flat) >= enough or window >= len(text):
            return flat
        window *= 4


def _mined(evidence: Evidence) -> Iterator[tuple[str, Scalar]]:
    """Yield what raw log lines say, the most frequent first."""
    if evidence.kind not in _LINES:
        return
    lines = evidence.facts.get("lines") or ()
    texts = [item.get("line", "") if isinstance(item, Mapping) else item for item in lines]
    miner = Miner()
    numbers = [miner.add(str(text)) for text in texts[:_MINED_LINES]]
    counts = Counter(miner.resolve(number) for number in numbers)
    for place, (number, count) in enumerate(counts.most_common(_MINED_TEMPLATES)):
        yield f"alike[{place}].template", miner.template(number).text
        yield f"alike[{place}].count", count


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, Scalar]]:
    if depth > MAX_DEPTH:
        return
    match value:
        case Mapping():
            for key, item in value.items():
                yield from _walk(item, f"{path}.{key}" if path else str(key), depth + 1)
        case str() | bool() | int() | float():
            yield path, value
        case Sequence() if _are_samples(value):
            yield from _summary(value, path)
        case Sequence():
            for number, item in enumerate(value):
                yield from _walk(item, f"{path}[{number}]", depth + 1)
        case _:
            return


def _are_samples(value: Sequence[Any]) -> bool:
    return bool(value) and all(
        isinstance(item, Mapping) and item.keys() == {"at", "value"} for item in value
    )


def _summary(samples: Sequence[Mapping[str, Any]], path: str) -> Iterator[tuple[str, Scalar]]:
    values = [float(item["value"]) for item in samples]
    quarter = max(1, len(values) // _QUARTER)
    peak = max(range(len(values)), key=values.__getitem__)
    yield f"{path}.first", rounded(values[0])
    yield f"{path}.last", rounded(values[-1])
    yield f"{path}.min", rounded(min(values))
    yield f"{path}.max", rounded(values[peak])
    yield f"{path}.max_at", moment(samples[peak]["at"])
    yield f"{path}.early", rounded(_median(values[:quarter]))
    yield f"{path}.late", rounded(_median(values[-quarter:]))


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def rounded(value: float) -> float:
    """Return a number with as many figures as a person would read."""
    return float(f"{value:.{_FIGURES}g}")


def moment(at: Any) -> str:
    """Return a time as it is shown, to the second."""
    return at.isoformat(timespec="seconds") if isinstance(at, datetime) else str(at)

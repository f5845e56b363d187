"""The next question: of all that was not looked at, what would best tell the leading causes apart.

Each look is worth the doubt that it can take away: for every pair of causes of which it concerns one,
how likely it is that exactly these two are confused (the product of their probabilities, as in the
Gini index; L. Breiman et al., "Classification and Regression Trees", 1984).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from sre_agent.diagnosis.asking.questions import SPECIALIST_OF, Topic
from sre_agent.diagnosis.concluding.undecided import KINDS_OF
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.catalogue import Catalogue, Layer
from sre_agent.domain.causes import Cause, Question
from sre_agent.domain.objects import ObjectRef

SURE = 0.95
"""With a cause this sure no answer would change what is done."""
LEAST_VALUE = 0.02
"""A look that can take less doubt away than this changes nothing."""
MOST_QUESTIONS = 3
CONSIDERED = 5
EVENTS_SINCE_S = 6 * 3600
"""Seconds; most clusters forget events after an hour, some keep them longer."""

_TOLD_BY_LOGS = frozenset(
    {
        Layer.STARTUP,
        Layer.CONFIG,
        Layer.DEPENDENCIES,
        Layer.RUNTIME,
        Layer.NETWORKING,
        Layer.SECURITY,
        Layer.STORAGE,
        Layer.CHANGES,
    }
)
_TOLD_BY_SIGNALS = frozenset(
    {Layer.PERFORMANCE, Layer.NETWORKING, Layer.DEPENDENCIES, Layer.RUNTIME, Layer.CHANGES}
)
_EVENT = "Event"


@dataclass(frozen=True)
class Known:
    """What was looked at: the kinds that were listed, whose logs were read, whose signals measured.

    Where a cluster `is_listed`, a kind that is not among them may not be read, however often one asks.
    """

    view: View
    measured: frozenset[ObjectRef] = frozenset()
    is_listed: bool = False


@dataclass(frozen=True)
class _Look:
    """Something to look at, and what it would be about."""

    question: Question
    layers: frozenset[Layer]
    objects: frozenset[ObjectRef]

    def concerns(self, cause: Cause, layer: Layer) -> bool:
        return layer in self.layers and (not self.objects or cause.object in self.objects)


def ask(catalogue: Catalogue, causes: Sequence[Cause], known: Known) -> tuple[Question, ...]:
    """Return what to ask next, the most telling first; nothing when no answer would matter."""
    leading = causes[:CONSIDERED]
    if not leading or leading[0].confidence >= SURE:
        return ()
    layers = {id(cause): catalogue[cause.fault_class].layer for cause in leading}
    valued = [
        (_value(look, leading, layers), look.question) for look in _looks(leading, layers, known)
    ]
    worth = [item for item in valued if item[0] >= LEAST_VALUE]
    worth.sort(key=lambda item: (-item[0], item[1].tool, str(item[1].object)))
    return tuple(question for _, question in worth[:MOST_QUESTIONS])


def missing(catalogue: Catalogue, causes: Sequence[Cause], questions: Sequence[Question]) -> str:
    """Return in words which evidence would settle what is undecided, or nothing where none is known."""
    told = [
        catalogue.told_apart(one.fault_class, other.fault_class)
        for one, other in pairwise(causes[:2])
        if one.object == other.object
    ]
    if causes:
        told += [
            f"{item.topic.replace('_', ' ')} of {item.object.name}"
            for item in questions
            if item.topic != Topic.AGAIN
        ]
    found = list(dict.fromkeys(filter(None, told)))[:MOST_QUESTIONS]
    return f"; what would settle it: {'; '.join(found)}" if found else ""


def _value(look: _Look, causes: Sequence[Cause], layers: Mapping[int, Layer]) -> float:
    """Return how much doubt a look can take away, that all of the causes are wrong included."""
    shares = [(cause.confidence, look.concerns(cause, layers[id(cause)])) for cause in causes]
    none = max(0.0, 1.0 - sum(share for share, _ in shares))
    pairs = combinations([*shares, (none, False)], 2)
    return sum(one * other for (one, seen), (other, seen_too) in pairs if seen or seen_too)


def _looks(causes: Sequence[Cause], layers: Mapping[int, Layer], known: Known) -> Iterator[_Look]:
    if not known.is_listed:
        yield from _kinds(causes, layers, known.view)
    for ref in dict.fromkeys(cause.object for cause in causes):
        about = frozenset({ref})
        pod = _pod_without_logs(known.view, ref)
        if pod:
            yield _Look(_log_question(pod, ref), _TOLD_BY_LOGS, about)
        if ref not in known.measured and ref in known.view.workloads:
            yield _Look(_signal_question(ref), _TOLD_BY_SIGNALS, about)


def _kinds(causes: Sequence[Cause], layers: Mapping[int, Layer], view: View) -> Iterator[_Look]:
    """Ask for the kinds that the causes' layers need and that were not listed."""
    wanted = dict.fromkeys(kind for cause in causes for kind in KINDS_OF[layers[id(cause)]])
    unread = [kind for kind in wanted if not view.knows_all(kind)]
    namespace = next((cause.object.namespace for cause in causes if cause.object.namespace), "")
    place = ObjectRef(kind="Namespace", namespace="", name=namespace)
    for is_events in (True, False):
        kinds = [kind for kind in unread if (kind == _EVENT) is is_events]
        if not kinds or not namespace:
            continue
        arguments: dict[str, str | int | bool] = {"namespace": namespace}
        if is_events:
            arguments["since_s"] = EVENTS_SINCE_S
        told_by = frozenset(layer for layer in Layer if set(kinds) & set(KINDS_OF[layer]))
        question = Question(
            specialist="kubernetes",
            topic=Topic.OBJECTS,
            object=place,
            reason=f"nobody listed every {', '.join(kinds)}",
            tool="list_events" if is_events else "list_objects",
            arguments=arguments,
        )
        yield _Look(question, told_by, frozenset())


def _pod_without_logs(view: View, ref: ObjectRef) -> ObjectRef | None:
    """Return a pod whose last words are worth reading: one that is ill, of a workload without logs."""
    if ref in view.logs_of:
        return None
    ill = (
        pod.meta.ref
        for pod in view.pods_of.get(ref, ())
        if pod.statuses and (not pod.ready or any(item.restarts for item in pod.statuses))
    )
    return min(ill, key=str, default=None)


def _log_question(pod: ObjectRef, ref: ObjectRef) -> Question:
    return Question(
        specialist=SPECIALIST_OF[Topic.POD_LOGS],
        topic=Topic.POD_LOGS,
        object=pod,
        reason=f"nobody read what {ref.name} wrote last",
        tool="get_pod_logs",
        arguments={"namespace": pod.namespace, "pod": pod.name},
    )


def _signal_question(ref: ObjectRef) -> Question:
    return Question(
        specialist=SPECIALIST_OF[Topic.SIGNALS],
        topic=Topic.SIGNALS,
        object=ref,
        reason=f"nobody measured what {ref.name} does",
        tool="golden_signals",
        arguments={"namespace": ref.namespace, "service": ref.name},
    )

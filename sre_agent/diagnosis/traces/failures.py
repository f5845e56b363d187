"""Where requests fail: an error surfaces in every caller up to the door, and begins at the deepest.

A failed span none of whose own calls failed is where it begins. Where that is a call that nobody
answered, it is the callee's failure, as far as one can tell whom it was made to.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sre_agent.diagnosis.traces import likelihood
from sre_agent.diagnosis.traces.calls import Calls, Key, key
from sre_agent.domain.telemetry.spans import Span

NOTEWORTHY = 3.0
"""Log-likelihood ratio above which more failures are more than chance."""
PEER = "peer"
"""The attribute in which a client says whom it calls."""


@dataclass(frozen=True)
class Failures:
    """How often requests failed at each service by itself, of how many, with one message of each."""

    begun: Mapping[str, int]
    asked: Mapping[str, int]
    messages: Mapping[str, str]


@dataclass(frozen=True)
class Rise:
    """A service at which more requests begin to fail than did."""

    service: str
    failed: int
    asked: int
    before: float
    ratio: float
    message: str


def count(calls: Calls, silent: Mapping[Key, str]) -> Failures:
    """Return the failures of a period.

    Args:
        calls: the trees of spans.
        silent: whom a call was made to that no span of the callee answers, by the call.
    """
    begun, messages = Counter[str](), defaultdict[str, list[str]](list)
    for service, span in _begun(calls, silent):
        begun[service] += 1
        messages[service].append(span.message)
    asked = Counter[str]()
    for span in calls.spans.values():
        parent = calls.parent(span)
        if parent is None or parent.service != span.service:
            asked[span.service] += 1
    for name, callee in silent.items():
        asked[callee] += name in calls.spans
    return Failures(begun, asked, {name: _most(said) for name, said in messages.items()})


def rises(now: Failures, before: Failures) -> tuple[Rise, ...]:
    """Return where more requests begin to fail than before, in the order of the services' names."""
    found = []
    for service in sorted(now.begun):
        failed = now.begun[service]
        asked = max(failed, now.asked.get(service, 0))
        usual = likelihood.rate(before.begun.get(service, 0), before.asked.get(service, 0))
        ratio = likelihood.ratio(failed, asked, usual)
        if ratio >= NOTEWORTHY:
            message = now.messages.get(service, "")
            found.append(Rise(service, failed, asked, usual, ratio, message))
    return tuple(found)


def _begun(calls: Calls, silent: Mapping[Key, str]) -> Iterator[tuple[str, Span]]:
    for span in calls.spans.values():
        below = calls.below(span)
        if not span.is_error or any(made.is_error for made in below):
            continue
        yield _at_whom(calls, span, silent.get(key(span), "")), span


def _at_whom(calls: Calls, span: Span, silent: str) -> str:
    """Return at whom a failure begins: a call without a good answer fails at the callee.

    An answer that refuses the request (4xx) is told by a callee that is well.
    """
    if span.kind not in {"client", "producer"} or span.status.startswith("4"):
        return span.service
    return silent or calls.callee(span) or span.attributes.get(PEER, "") or span.service


def _most(said: Sequence[str]) -> str:
    """Return what is said most often, the first by the alphabet of several."""
    counts = Counter(filter(None, said))
    return min(counts, key=lambda text: (-counts[text], text), default="")

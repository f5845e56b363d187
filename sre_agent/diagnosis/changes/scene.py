"""What failed, since when and with which words: the side of an incident that changes have to explain."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

from sre_agent.diagnosis.changes import onsets, paths, symptoms, terms
from sre_agent.diagnosis.changes.builds import Builds
from sre_agent.diagnosis.changes.onsets import Onset
from sre_agent.diagnosis.changes.symptoms import Symptom
from sre_agent.diagnosis.changes.told import Told
from sre_agent.diagnosis.logs import exceptions
from sre_agent.diagnosis.logs.exceptions import Frame
from sre_agent.diagnosis.logs.statements import words_of
from sre_agent.diagnosis.metrics.kinds import Kind, kind_of
from sre_agent.diagnosis.traces import calls as trees
from sre_agent.domain.telemetry.lines import LogLine
from sre_agent.domain.telemetry.tables import MetricKey

SEVERE = frozenset({"ERROR", "FATAL", "CRITICAL", "WARN", "WARNING", "PANIC", "ALERT", "EMERGENCY"})
BEFORE_ALERT_S = 2 * 3600.0
"""What was first complained of longer before the alert belongs to another story."""
TOGETHER_S = 90.0
"""Services that began to fail within this of each other did so together, as far as samples tell."""
MAIN, SECOND, ASIDE = 1.0, 0.6, 0.4
"""How much a complaint weighs: of the service that failed first, of the alert's text, of another."""


@dataclass(frozen=True)
class Complaint:
    """Something a service says that goes wrong."""

    service: str
    text: str
    weight: float
    at_s: float | None = None


@dataclass(frozen=True)
class Scene:
    """The incident as it is weighed: the first to fail, those it took along, and their words."""

    told: Told
    first: str
    failing: Mapping[str, float]
    onset_s: float
    complaints: tuple[Complaint, ...]
    frames: tuple[Frame, ...]
    shifts: Mapping[MetricKey, Onset]
    callees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def latest_s(self) -> float:
        """Return until when a change may have come first, as finely as the onset is known."""
        return self.onset_s + self.told.tolerance_s

    @cached_property
    def builds(self) -> Builds:
        """Return what is known of the commits that programs were built from."""
        return Builds(self.told)

    @cached_property
    def symptoms(self) -> Mapping[Symptom, float]:
        """Return how strongly the complaints tell of each way to fail."""
        return symptoms.told((item.text, item.weight) for item in self.complaints)

    @cached_property
    def words(self) -> Mapping[str, float]:
        """Return the telling words of the complaints, each with the weight of the strongest."""
        names = {word for name in self.failing for word in terms.words(name)}
        found: dict[str, float] = {}
        for item in self.complaints:
            for word in terms.words(item.text):
                if word not in names:
                    found[word] = max(found.get(word, 0.0), item.weight)
        return found

    @cached_property
    def spelling(self) -> Mapping[str, str]:
        """Return the words as complaints write them, by what they are cut to."""
        return terms.spelling(item.text for item in self.complaints)

    @cached_property
    def said(self) -> str:
        """Return all that is complained of, in one text."""
        return "\n".join(item.text for item in self.complaints)

    @cached_property
    def stack_places(self) -> Mapping[str, frozenset[str]]:
        """Return which of the files that commits touch each file of a stack can be.

        Of several that are called alike it is the one whose folders are most alike, too.
        """
        named: dict[str, set[str]] = {}
        for commit in self.told.commits:
            for path in commit.paths:
                named.setdefault(path.rsplit("/", 1)[-1], set()).add(path)
        files = dict.fromkeys(frame.path for frame in self.frames)
        return {file: paths.alike(file, named.get(file.rsplit("/", 1)[-1], ())) for file in files}

    @property
    def victims(self) -> tuple[str, ...]:
        """Return the services that fail besides the first, in order of their names.

        A component that others report to be out is the reason, and no victim.
        """
        reported = " ".join(notice.component.lower() for notice in self.told.notices)
        return tuple(
            name
            for name in sorted(self.failing)
            if name != self.first and name.lower() not in reported
        )


def build(told: Told) -> Scene:
    """Return the incident as it is weighed."""
    shifts = onsets.onsets(told.table) if told.table else {}
    near = {key: item for key, item in shifts.items() if _is_near(item.at_s, told)}
    bad_lines = _complaining_lines(told)
    failing = _failing(told, near, bad_lines)
    callees = trees.dependencies(trees.build(told.spans))
    first = _first(told, failing, callees)
    complaints = _complaints(told, first, near, bad_lines)
    frames = chain.from_iterable(exceptions.read(line.text).frames for line in bad_lines)
    return Scene(
        told=told,
        first=first,
        failing=failing,
        onset_s=_onset(told, near, failing, first),
        complaints=complaints,
        frames=tuple(dict.fromkeys(it for it in frames if not paths.is_of_others(it.path))),
        shifts=shifts,
        callees=callees,
    )


def _is_near(at_s: float, told: Told) -> bool:
    return at_s >= told.fired_at_s - BEFORE_ALERT_S


def _complaining_lines(told: Told) -> tuple[LogLine, ...]:
    """Return the severe lines whose wording is not older than the incident."""
    severe = [line for line in told.lines if line.severity.upper() in SEVERE]
    wordings = [words_of(line.text) for line in severe]
    old = {
        wording
        for line, wording in zip(severe, wordings, strict=True)
        if not _is_near(line.at_s, told)
    }
    kept = (line for line, wording in zip(severe, wordings, strict=True) if wording not in old)
    return tuple(sorted(kept, key=lambda line: (line.at_s, line.service, line.text)))


def _is_trouble(onset: Onset) -> bool:
    """Return whether a shift is one for the worse: traffic may rise without any."""
    kind = kind_of(onset.key.metric)
    if kind is Kind.TRAFFIC:
        return not onset.is_rise
    helps = any(word in onset.key.metric.lower() for word in ("hit", "success", "avail", "per_min"))
    return onset.is_rise != helps


def _failing(
    told: Told, shifts: Mapping[MetricKey, Onset], lines: Sequence[LogLine]
) -> Mapping[str, float]:
    """Return the services that fail and since when: by their metrics, their words, or their spans."""
    seen = [(item.key.entity, item.at_s) for item in shifts.values() if _is_trouble(item)]
    seen += [
        (line.service, line.at_s) for line in _credible(told, lines, {name for name, _ in seen})
    ]
    known = {name for name, _ in seen}
    seen += [
        (item.service, told.fired_at_s)
        for item in told.signatures
        if item.is_bad and item.more > 0 and item.service not in known
    ]
    earliest = min((at_s for _, at_s in seen), default=told.fired_at_s)
    seen += [
        (span.service, max(span.start_s, earliest))
        for span in told.spans
        if span.is_error and _is_near(span.start_s, told)
    ]
    seen += [(told.service, told.fired_at_s)]
    began: dict[str, float] = {}
    for service, at_s in sorted(seen):
        began.setdefault(service, at_s)
    return began


def _credible(told: Told, lines: Sequence[LogLine], known: set[str]) -> Iterator[LogLine]:
    """Yield the lines of services that complain more than once, or fail by another sign too."""
    said = Counter(line.service for line in lines)
    loud = {item.service for item in told.signatures if item.is_bad and item.more > 0}
    for line in lines:
        if line.service in known or line.service in loud or said[line.service] > 1:
            yield line


def _first(told: Told, failing: Mapping[str, float], callees: Mapping[str, tuple[str, ...]]) -> str:
    """Return the service that failed first; of several at once the alert's, down to what it calls.

    A callee counts where it fails itself: its caller only passes that on.
    """
    earliest = min(failing.values())
    together = {name for name, at_s in failing.items() if at_s <= earliest + TOGETHER_S}
    start = (
        told.service
        if told.service in together
        else min(together, key=lambda name: (failing[name], name))
    )
    seen = {start}
    while True:
        below = [name for name in callees.get(start, ()) if name in failing and name not in seen]
        erring = [
            name
            for name in below
            if _errs(told, name) and failing[name] <= failing[start] + TOGETHER_S
        ]
        if not erring:
            return start
        start = min(erring, key=lambda name: (failing[name], name))
        seen.add(start)


def _errs(told: Told, service: str) -> bool:
    return any(span.is_error for span in told.spans if span.service == service)


def _onset(
    told: Told,
    shifts: Mapping[MetricKey, Onset],
    failing: Mapping[str, float],
    first: str,
) -> float:
    alerted = shifts.get(MetricKey(told.service, told.metric))
    known = [failing[first]] if first in failing else []
    known += [alerted.at_s] if alerted else []
    return min([*known, told.fired_at_s])


def _complaints(
    told: Told,
    first: str,
    shifts: Mapping[MetricKey, Onset],
    lines: Sequence[LogLine],
) -> tuple[Complaint, ...]:
    def weight(service: str) -> float:
        return MAIN if service in {first, told.service} else ASIDE

    found = [Complaint(told.service, f"{told.metric} {told.text}", SECOND, told.fired_at_s)]
    found += [
        Complaint(item.service, item.text, weight(item.service))
        for item in told.signatures
        if item.is_bad and item.more > 0
    ]
    found += [Complaint(line.service, line.text, weight(line.service), line.at_s) for line in lines]
    found += [
        Complaint(span.service, span.message, weight(span.service), span.start_s)
        for span in told.spans
        if span.is_error and span.message
    ]
    found += [
        Complaint(item.key.entity, item.key.metric, SECOND * weight(item.key.entity), item.at_s)
        for item in shifts.values()
        if _is_trouble(item)
    ]
    return tuple(found)

"""The judgement over a cluster's snapshot: every analyzer asked, and what they say weighed."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sre_agent.config import calibration as calibrations
from sre_agent.config import catalogue
from sre_agent.diagnosis import calibration
from sre_agent.diagnosis.asking import telling_apart
from sre_agent.diagnosis.asking.telling_apart import Known
from sre_agent.diagnosis.concluding import (
    beside,
    explaining,
    ranking,
    undecided,
    unexplained,
    unread,
)
from sre_agent.diagnosis.hypothesis import Hypothesis
from sre_agent.diagnosis.kubernetes import MEASURING_ANALYZERS, SNAPSHOT_ANALYZERS, merging
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.diagnosis.metrics.measured import Measured
from sre_agent.diagnosis.proposing import saved_requests
from sre_agent.diagnosis.weighing import snapshots as among
from sre_agent.diagnosis.weighing.snapshots.board import Board
from sre_agent.domain.causes import Cause, Conclusion, Diagnosis, Dismissal
from sre_agent.domain.cluster.snapshot import Snapshot
from sre_agent.domain.incident import Incident
from sre_agent.domain.likelihood import in_percent
from sre_agent.domain.telemetry import MetricTable, Span

CALIBRATION = "snapshots"
STALE = timedelta(minutes=15)
"""Nobody should act on an older picture."""


def propose(view: View, measured: Measured | None = None) -> tuple[Hypothesis, ...]:
    """Return what the analyzers think of, one hypothesis for each object and class."""
    found = [item for analyze in SNAPSHOT_ANALYZERS for item in analyze(view)]
    if measured is not None:
        found += [item for analyze in MEASURING_ANALYZERS for item in analyze(view, measured)]
    return merging.merge(found)


def diagnose(
    snapshot: Snapshot,
    now: datetime,
    *,
    telemetry: MetricTable | None = None,
    spans: Sequence[Span] = (),
    incident: Incident | None = None,
    dismissed: Sequence[Dismissal] = (),
) -> Diagnosis:
    """Return what a snapshot, and metrics and requests beside it if any, add up to.

    The order of the snapshot's objects makes no difference. What was dismissed is shown apart and
    explains nothing.
    """
    view = View(snapshot)
    measured = Measured.of(telemetry) if telemetry is not None else None
    proposed = merging.merge((*propose(view, measured), *saved_requests.propose(view, spans)))
    ruled_out = {(item.object, item.fault_class) for item in dismissed}
    kept = [item for item in proposed if (item.object, item.fault_class) not in ruled_out]
    left_out = [item for item in proposed if (item.object, item.fault_class) in ruled_out]
    board = Board(view, catalogue.shipped(), kept, incident)
    causes = rank(board, kept)
    both = partial(beside.are_both, board)
    conclusion, reason = _conclude(
        board, causes, now - snapshot.taken_at, with_requests=bool(spans)
    )
    return Diagnosis(
        causes=explaining.explain(causes, board.catalogue, both),
        abstained=conclusion is not Conclusion.CAUSE_FOUND,
        reason=reason,
        conclusion=conclusion,
        questions=telling_apart.ask(board.catalogue, causes, _known(view, telemetry)),
        dismissed=explaining.explain(rank(board, left_out), board.catalogue, both),
    )


def rank(board: Board, hypotheses: Iterable[Hypothesis]) -> tuple[Cause, ...]:
    """Return the causes with calibrated confidence, best first; of equals the more exact one."""
    weighed = [(item, among.findings(board, item)) for item in hypotheses]
    scores = [ranking.log_odds(findings) for _, findings in weighed]
    scale = calibrations.shipped()[CALIBRATION]
    judged = [
        ranking.cause(item, findings, scale.probability(log_odds))
        for (item, findings), log_odds in zip(
            weighed, calibration.against_rivals(scores), strict=True
        )
    ]
    judged.sort(
        key=lambda cause: (
            -cause.confidence,
            -board.catalogue.depth(cause.fault_class),
            str(cause.object),
            cause.fault_class,
        )
    )
    return tuple(judged[: ranking.MAX_CAUSES])


def _known(view: View, telemetry: MetricTable | None) -> Known:
    names = {key.entity for key in telemetry.keys} if telemetry is not None else set()
    return Known(view, frozenset(ref for ref in view.workloads if ref.name in names))


def _without_cause(view: View, *, with_requests: bool) -> tuple[Conclusion, str]:
    doubt = unexplained.explain(view, view.snapshot.taken_at) or unread.explain(view)
    if doubt:
        return Conclusion.UNDECIDED, doubt
    calm = (
        f"nothing in the snapshot is out of order{unread.beside(view, with_requests=with_requests)}"
    )
    return Conclusion.NOTHING_WRONG, calm


def _conclude(
    board: Board, causes: Sequence[Cause], age: timedelta, *, with_requests: bool
) -> tuple[Conclusion, str]:
    if not causes:
        return _without_cause(board.view, with_requests=with_requests)
    if age > STALE:
        minutes = age / timedelta(minutes=1)
        return Conclusion.UNDECIDED, f"the snapshot is {minutes:.0f} minutes old: take a new one"
    doubt = undecided.explain(board, causes)
    if doubt:
        return Conclusion.UNDECIDED, doubt
    top = causes[0]
    count = len(top.findings)
    found = "1 finding" if count == 1 else f"{count} findings"
    return Conclusion.CAUSE_FOUND, (
        f"{top.fault_class} of {top.object.name} at {in_percent(top.confidence)}, from {found}"
        f"{beside.told(causes, partial(beside.are_both, board))}"
    )

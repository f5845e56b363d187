"""Traces of a live incident: at whom requests begin to suffer, and what that does to the causes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from sre_agent.diagnosis import diagnose
from sre_agent.diagnosis.incident import case, requests, situation, traced
from sre_agent.diagnosis.incident.names import Names
from sre_agent.domain.causes import Cause, Diagnosis, Stance
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef
from sre_agent.domain.observations.traces import Trace, TracedSpan, TraceSample
from sre_agent.testing import evidence as build
from sre_agent.testing import views
from sre_agent.testing.world import CALLS, ROLES, World

SINCE_S = 120.0
"""How long ago the trouble began."""
USUAL_MS = 5.0
Ills = dict[str, str]
"""By role: `fails`, `slow`, or `silent`."""


class _Teller:
    """Writes down one request as it goes through the world's services."""

    def __init__(self, world: World, ills: Ills) -> None:
        self.world, self.ills = world, ills
        self.spans: list[TracedSpan] = []

    def serve(self, role: str, parent: int | None, at_ms: float) -> tuple[float, bool]:
        number = self._note(role, parent, "server", at_ms)
        end_ms, is_bad = at_ms + 1, self.ills.get(role) == "fails"
        for callee in CALLS.get(role, ()):
            call, begun_ms = self._note(role, number, "client", end_ms, callee), end_ms
            end_ms, has_failed = (
                (end_ms + 1, True)
                if self.ills.get(callee) == "silent"
                else self.serve(callee, call, end_ms + 0.5)
            )
            end_ms += 0.5
            self._end(call, end_ms - begun_ms, has_failed)
            is_bad = is_bad or has_failed
        end_ms += 2500.0 if self.ills.get(role) == "slow" else USUAL_MS
        self._end(number, end_ms - at_ms, is_bad)
        return end_ms, is_bad

    def _note(
        self, role: str, parent: int | None, kind: str, at_ms: float, callee: str = ""
    ) -> int:
        name = self.world.services[role].name
        self.spans.append(
            TracedSpan(
                number=len(self.spans),
                parent=parent,
                service=name,
                instance=f"{name}-1",
                operation="serve" if kind == "server" else f"call {callee}",
                kind=kind,
                peer=self.world.services[callee].name if callee else "",
                after_ms=at_ms,
                took_ms=0.0,
                is_error=False,
                status="",
                message="",
            )
        )
        return len(self.spans) - 1

    def _end(self, number: int, took_ms: float, is_bad: bool) -> None:
        message = "KeyError: 'rate'" if is_bad else ""
        told = {"took_ms": took_ms, "is_error": is_bad, "message": message}
        self.spans[number] = self.spans[number].model_copy(update=told)


def traces(
    world: World, ills: Ills, *, now: int = 12, before: int = 24, over: Ills | None = None
) -> Iterator[Trace]:
    """Yield well requests from before the trouble, and those since it began.

    The first half of these suffered from what is over by now, if something is.
    """
    begun = world.now - timedelta(seconds=SINCE_S)
    moments: list[tuple[datetime, Ills]] = [
        (begun - timedelta(seconds=20 * number + 30), {}) for number in range(before)
    ]
    moments += [
        (
            begun + timedelta(seconds=5 * number + 2),
            ills if over is None or 2 * number >= now else over,
        )
        for number in range(now)
    ]
    for at, wrong in moments:
        teller = _Teller(world, wrong)
        teller.serve("entry", None, 0.0)
        yield Trace(trace_id=at.isoformat(), at=at, spans=tuple(teller.spans))


def sample(
    world: World, ills: Ills, *, over: Ills | None = None, now: int = 12, before: int = 24
) -> Evidence:
    told = TraceSample(
        namespace=world.namespace,
        service=world.services["entry"].name,
        traced_as=world.services["entry"].name,
        start=world.now - timedelta(minutes=20),
        around=world.now - timedelta(minutes=5),
        end=world.now,
        traces=tuple(traces(world, ills, over=over, now=now, before=before)),
    )
    return build.evidence("trc-1.1", told, world.now)


def culprit(world: World, *evidence: Evidence) -> requests.Culprit | None:
    incident = world.incident("entry", ago_s=SINCE_S)
    known = [*views.evidence(world, *ROLES), *evidence]
    begun = world.now - timedelta(seconds=SINCE_S)
    return requests.culprit(case.build(known, incident, world.now), begun, begun)


def judged(world: World, *evidence: Evidence, alerting: str = "entry") -> Diagnosis:
    incident = world.incident(alerting, ago_s=SINCE_S)
    return diagnose([*views.evidence(world, *ROLES), *evidence], incident, world.now)


def of(found: Diagnosis, ref: ObjectRef) -> list[Cause]:
    return [item for item in found.causes if item.object == ref]


def rules(cause: Cause, stance: Stance) -> set[str]:
    return {item.rule for item in cause.findings if item.stance is stance}


@pytest.mark.parametrize(
    ("ill", "fault"),
    [("fails", FaultClass.APPLICATION_ERROR), ("slow", FaultClass.LATENCY_REGRESSION)],
)
@pytest.mark.parametrize("role", ["core", "pay", "stock", "store"])
def test_it_begins_at_the_one_that_fails_or_takes_the_time(
    role: str, ill: str, fault: FaultClass
) -> None:
    world = World(7)

    found = culprit(world, sample(world, {role: ill}))

    assert found is not None
    assert (found.object, found.blame.fault_class) == (world.ref(role), fault)
    assert found.ids == ("trc-1.1",)


def test_a_trouble_that_is_over_is_not_the_one_of_now() -> None:
    world = World(7)

    found = culprit(world, sample(world, {"stock": "fails"}, over={"pay": "slow"}, now=30))
    healed = culprit(world, sample(world, {}, over={"pay": "slow"}, now=24))

    assert found is not None
    assert (found.object, found.blame.fault_class) == (
        world.ref("stock"),
        FaultClass.APPLICATION_ERROR,
    )
    assert healed is None


def test_time_lost_now_here_now_there_is_held_against_nobody() -> None:
    world = World(7)

    early, late = sorted(["pay", "stock"], key=lambda role: world.services[role].name)

    assert culprit(world, sample(world, {late: "slow"}, over={early: "slow"}, now=30)) is None


@pytest.mark.parametrize("role", ["core", "pay", "store"])
def test_it_begins_at_the_one_that_nobody_hears_of_any_more(role: str) -> None:
    world = World(7)

    found = culprit(world, sample(world, {role: "silent"}))

    assert found is not None
    assert found.object == world.ref(role)


def test_it_begins_nowhere_while_all_is_well() -> None:
    world = World(7)

    assert culprit(world, sample(world, {})) is None


@pytest.mark.parametrize(("now", "before"), [(4, 24), (12, 14)])
def test_too_few_requests_tell_nothing(now: int, before: int) -> None:
    world = World(7)

    assert culprit(world, sample(world, {"pay": "fails"}, now=now, before=before)) is None


def test_two_that_fail_alike_leave_open_at_whom_it_begins() -> None:
    world = World(7)

    assert culprit(world, sample(world, {"stock": "fails", "store": "fails"})) is None


def test_a_request_that_was_sampled_twice_counts_once() -> None:
    world = World(7)
    once = sample(world, {"pay": "fails"}, now=4)

    twice = once.model_copy(update={"id": "trc-1.2"})

    assert culprit(world, once, twice) is None


def test_the_order_of_requests_makes_no_difference() -> None:
    world = World(7)
    told = sample(world, {"pay": "slow"})

    turned = told.model_copy(update={"facts": told.facts | {"traces": told.facts["traces"][::-1]}})

    assert culprit(world, turned) == culprit(world, told)


@pytest.mark.parametrize(
    "traced_as", ["till", "till.plaza", "plaza/till", "till-plaza", "plaza.till", "plaza-till"]
)
def test_a_workload_is_known_by_the_name_that_a_mesh_gives_it(traced_as: str) -> None:
    ref = ObjectRef.deployment("plaza", "till")
    told = TraceSample(
        namespace="plaza",
        service="door",
        traced_as="door",
        start=datetime.fromisoformat("2026-11-20T12:00:00Z"),
        around=datetime.fromisoformat("2026-11-20T12:00:00Z"),
        end=datetime.fromisoformat("2026-11-20T12:00:00Z"),
        traces=(),
    )

    assert traced.workload(Names(frozenset({ref})), told, traced_as) == ref


def test_who_is_seen_calling_whom_is_an_edge_with_its_evidence() -> None:
    world = World(7)
    told = sample(world, {"store": "silent"})
    incident = world.incident("entry", ago_s=SINCE_S)

    graph = situation.assess(case.build([*views.evidence(world), told], incident, world.now)).graph

    assert "trc-1.1" in graph.evidence(world.ref("entry"), world.ref("core"))
    assert "trc-1.1" in graph.evidence(world.ref("pay"), world.ref("store"))


def test_where_nothing_else_tells_it_is_the_cause_once_the_trouble_has_lasted() -> None:
    world = World(7)
    world.services["pay"].ailing_since = world.now - timedelta(seconds=SINCE_S)
    world.services["pay"].ailing_ratio = 0.5

    found = judged(world, sample(world, {"pay": "fails"}))

    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.APPLICATION_ERROR, world.ref("pay"))
    assert "KeyError: 'rate'" in top.statement
    assert not found.abstained, found.reason


def test_the_release_behind_it_names_it_better() -> None:
    world = World(7)
    world.release("pay", ago_s=SINCE_S + 10, error_ratio=0.5)

    found = judged(world, sample(world, {"pay": "fails"}))

    top = found.causes[0]
    assert (top.fault_class, top.object) == (FaultClass.BAD_RELEASE, world.ref("pay"))
    assert "traces.begins_there" in rules(top, Stance.FOR)
    [seen] = [item for item in of(found, world.ref("pay")) if item is not top]
    assert "description.narrower_cause" in rules(seen, Stance.AGAINST)


def test_a_caller_that_was_released_too_only_passes_it_on() -> None:
    world = World(7)
    world.release("core", ago_s=SINCE_S + 20)
    world.release("pay", ago_s=SINCE_S + 10, error_ratio=0.5)

    found = judged(world, sample(world, {"pay": "fails"}))

    [caller] = of(found, world.ref("core"))
    assert "traces.waits_for_another" in rules(caller, Stance.AGAINST)
    assert found.causes[0].object == world.ref("pay")


def test_traces_of_a_system_that_is_well_add_no_cause() -> None:
    world = World(7)

    assert judged(world, sample(world, {})).causes == judged(world).causes

"""A failure begins at the deepest span that failed, and at the callee where a call was not answered."""

from collections.abc import Mapping

import pytest

from sre_agent.diagnosis.traces import calls, failures
from sre_agent.diagnosis.traces.calls import Calls
from sre_agent.domain.telemetry import Span

CHAIN = ("door", "shop", "store")


def request(
    name: str,
    failed: Mapping[str, str],
    *,
    status: str = "500",
    unanswered: bool = False,
    peer: str = "",
) -> list[Span]:
    """Return the spans of one request through the chain: each serves, and calls the next."""
    spans, parent = [], ""
    for depth, service in enumerate(CHAIN[:2] if unanswered else CHAIN):
        for kind in ("server", "client") if service != CHAIN[-1] else ("server",):
            place = f"{service} {kind}"
            attributes = {"peer": peer} if kind == "client" and peer else {}
            spans.append(
                Span(
                    trace_id=name,
                    span_id=place,
                    parent_id=parent,
                    service=service,
                    operation=kind,
                    kind=kind,
                    start_s=float(depth),
                    duration_s=1.0,
                    is_error=place in failed,
                    status=status,
                    message=failed.get(place, ""),
                    attributes=attributes,
                )
            )
            parent = place
    return spans


def told(count: int, failed: Mapping[str, str], **more: str | bool) -> Calls:
    spans = [
        span
        for number in range(count)
        for span in request(f"t{number}", failed, **more)  # type: ignore[arg-type] # see `request`
    ]
    return calls.build(spans)


WELL = failures.count(told(30, {}), {})


def begun(made: Calls) -> dict[str, int]:
    return dict(failures.count(made, {}).begun)


def test_an_error_that_surfaces_up_to_the_door_is_the_deepest_ones() -> None:
    surfaced = dict.fromkeys(("store server", "shop client", "shop server"), "boom")
    surfaced |= {"door client": "500", "door server": "500"}

    assert begun(told(3, surfaced)) == {"store": 3}


def test_an_error_of_a_caller_whose_callees_are_well_is_its_own() -> None:
    surfaced = {"shop server": "KeyError", "door client": "500", "door server": "500"}

    assert begun(told(3, surfaced)) == {"shop": 3}


def test_a_call_that_nobody_answered_is_its_callees_failure() -> None:
    unanswered = {"shop client": "refused", "shop server": "refused"}

    assert begun(told(3, unanswered, unanswered=True, peer="store", status="")) == {"store": 3}


def test_a_call_whose_callee_is_not_known_stays_with_the_caller() -> None:
    assert begun(told(3, {"shop client": "refused"}, unanswered=True, status="")) == {"shop": 3}


def test_a_callee_that_answers_too_late_is_blamed_though_it_knows_of_no_error() -> None:
    assert begun(told(3, {"shop client": "no answer within 1 s"}, status="")) == {"store": 3}


@pytest.mark.parametrize("status", ["400", "404", "429"])
def test_a_request_that_a_callee_refuses_is_the_callers_failure(status: str) -> None:
    assert begun(told(3, {"shop client": "refused"}, status=status)) == {"shop": 3}


def test_more_failures_than_before_are_told_with_what_is_said_most_often() -> None:
    now = failures.count(told(20, {"store server": "no room"}), {})

    [rise] = failures.rises(now, WELL)

    assert (rise.service, rise.failed, rise.asked) == ("store", 20, 20)
    assert rise.message == "no room"


def test_failures_that_are_as_frequent_as_before_are_no_rise() -> None:
    usual = failures.count(told(30, {"store server": "no room"}), {})

    assert failures.rises(failures.count(told(10, {"store server": "no room"}), {}), usual) == ()


def test_one_failure_of_many_requests_is_chance() -> None:
    spans = [*request("bad", {"store server": "boom"})]
    spans += [span for number in range(30) for span in request(f"t{number}", {})]

    assert failures.rises(failures.count(calls.build(spans), {}), WELL) == ()

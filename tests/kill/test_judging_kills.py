"""The judge of the kill tests sees what it is there to see, and the schedule is the seed's."""

from collections.abc import Callable
from typing import Any

import pytest
from kill_cluster import BAD, GOOD, Workload
from kill_judge import Facts, Verdict, judge
from kill_runs import Plan, Tally, percentile, schedule
from kill_story import Course, Kind, Look
from kill_target import Deed, Target

OVER = Look("inc-1", "resolved", (9, 9, 9, 1), reports=1, jobs=0, incidents=1)
GRANT = {"action_id": "a1", "grant_id": "g1"}


def facts(**others: Any) -> Facts:
    """Return those of a run that was killed once and came through."""
    course = others.pop("course", Course("team", Kind.HEALS, OVER, [1.0], ["worker"]))
    log = [
        ("approval_requested", {"plan_sha256": "p1"}),
        ("action_started", GRANT),
        ("action_finished", {**GRANT, "outcome": "applied"}),
        ("report_written", {"place": "somewhere"}),
    ]
    values = {"deeds": [Deed("team", "g1", GOOD)], "events": log, **others}
    return Facts(course=course, **values)


def course(kind: Kind = Kind.HEALS, died: str = "worker", **look: Any) -> Course:
    """Return how a run went, which ended otherwise than well."""
    return Course("team", kind, Look(**{**vars(OVER), **look}), [1.0], [died])


def test_a_run_that_came_through_is_good() -> None:
    both = [LOG[0], _yes("alice"), _yes("bob"), *LOG[1:]]

    assert judge(facts()) == Verdict()
    assert judge(facts(course=course(Kind.PAIR), events=both)) == Verdict()


def _twice(**others: Any) -> tuple[str, Facts]:
    return "twice", facts(**others)


def _yes(person: str) -> tuple[str, dict[str, Any]]:
    return "approval_given", {"verdict": "approved", "person": person}


LOG = facts().events
RED: dict[str, Callable[[], tuple[str, Facts]]] = {
    "the alert opened nothing": lambda: ("lost", facts(course=course(incidents=0))),
    "nobody reported": lambda: ("lost", facts(events=LOG[:-1])),
    "one grant, two writes": lambda: _twice(deeds=[Deed("team", "g1", GOOD)] * 2),
    "two grants, one repair": lambda: _twice(deeds=[Deed("team", f"g{n}", GOOD) for n in (1, 2)]),
    "asked twice for one plan": lambda: _twice(events=[LOG[0], *LOG]),
    "two reports": lambda: _twice(events=[*LOG, LOG[-1]]),
    "two incidents": lambda: _twice(course=course(incidents=2)),
    "a job is left": lambda: ("stuck", facts(course=course(jobs=1))),
    "a claim is left": lambda: ("stuck", facts(claims=1)),
    "a broken chain": lambda: ("wrong", facts(broken_links=1)),
    "nothing is said of a write": lambda: ("wrong", facts(events=[LOG[0], LOG[-1]])),
    "a write is made up": lambda: ("wrong", facts(deeds=[])),
    "resolved in vain": lambda: ("wrong", facts(course=course(Kind.IN_VAIN))),
    "a rejected plan was done": lambda: ("wrong", facts(course=course(Kind.REJECTED))),
    "one of two said yes": lambda: (
        "wrong",
        facts(course=course(Kind.PAIR), events=[LOG[0], _yes("alice"), *LOG[1:]]),
    ),
    "the second said yes too late": lambda: (
        "wrong",
        facts(course=course(Kind.PAIR), events=[*LOG[:2], _yes("alice"), _yes("bob"), *LOG[2:]]),
    ),
    "one said yes twice": lambda: (
        "wrong",
        facts(course=course(Kind.PAIR), events=[LOG[0], *[_yes("alice")] * 2, *LOG[1:]]),
    ),
    "given up without need": lambda: ("wrong", facts(course=course(status="escalated"))),
}


@pytest.mark.parametrize("name", RED)
def test_the_judge_sees(name: str) -> None:
    where, found = RED[name]()

    verdict = judge(found)

    assert getattr(verdict, where), verdict
    assert not verdict.is_good


def test_who_was_told_nothing_while_the_hands_were_away_may_be_given_up() -> None:
    told: list[tuple[str, dict[str, Any]]] = [("report_written", {})]

    verdict = judge(facts(course=course(died="hands", status="escalated"), deeds=[], events=told))

    assert verdict.is_good


def test_the_schedule_is_the_seed_s_and_leaves_no_point_out() -> None:
    points = {kind: {f"worker:{n}:before": 2 for n in range(9)} for kind in Kind}

    plans = list(schedule(points, 300, seed=7))

    assert plans == list(schedule(points, 300, seed=7))
    assert plans != list(schedule(points, 300, seed=8))
    assert {plan.point for plan in plans} == set(points[Kind.HEALS])
    assert {plan.crossing for plan in plans} == {1, 2}
    assert any(plan.second for plan in plans)


def test_a_tally_is_red_with_one_bad_run_or_one_slow_one() -> None:
    good, slow, bad = Tally(), Tally(), Tally()
    plan = Plan(1, Kind.HEALS, "worker:x:before", 1)

    good.add(plan, course(), Verdict())
    slow.add(plan, Course("team", Kind.HEALS, OVER, [5.1], ["worker"]), Verdict())
    bad.add(plan, course(), Verdict(twice=["it was done twice"]))

    assert [tally.is_good for tally in (good, slow, bad, Tally())] == [True, False, False, False]
    assert "1 runs, 1 kills, 1 points, 0 lost, 1 twice, 0 stuck" in str(bad)
    assert percentile([1.0, 2.0, 3.0], 0.99) == 3.0


@pytest.mark.parametrize(
    ("deaths", "slow", "is_good"), [(20, 1, True), (20, 3, False), (300, 3, True), (300, 4, False)]
)
def test_a_sample_is_judged_by_the_share_that_it_can_tell(
    deaths: int, slow: int, is_good: bool
) -> None:
    waits = [6.0] * slow + [2.0] * (deaths - slow)
    tally = Tally()

    tally.add(
        Plan(1, Kind.HEALS, "worker:x:before", 1),
        Course("team", Kind.HEALS, OVER, waits),
        Verdict(),
    )

    assert tally.is_good is is_good


def test_the_target_writes_down_what_was_carried_out_and_nothing_else() -> None:
    target = Target({"team": Workload("team")})
    mark = '[{"id":"g1"}]'
    version = target.workloads["team"].version
    patch = {
        "metadata": {"resourceVersion": version, "annotations": {"sre-agent.io/grants": mark}},
        "spec": {"template": {"spec": {"containers": [{"name": "app", "image": GOOD}]}}},
    }

    target.workloads["team"].take(patch, dry_run=True)
    rehearsed = target.deeds_in("team")
    target.write("team", patch)
    conflicted, _ = target.write("team", patch)

    assert rehearsed == []
    assert conflicted is None
    assert [(deed.grant_id, deed.image) for deed in target.deeds_in("team")] == [("g1", GOOD)]
    assert target.workloads["team"].image != BAD

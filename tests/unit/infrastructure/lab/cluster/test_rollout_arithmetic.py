"""How many replicas each ReplicaSet has next."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from infrastructure.lab.cluster.rollout import (
    Limits,
    Size,
    limits_of,
    new_replicas,
    old_replicas,
    proportional,
)


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "expected"),
    [
        (4, "25%", "25%", Limits(1, 1)),
        (1, "25%", "25%", Limits(1, 0)),
        (10, "25%", "25%", Limits(3, 2)),
        (2, 1, 0, Limits(1, 0)),
        (3, 0, 0, Limits(0, 1)),
        (3, "0%", "0%", Limits(0, 1)),
        (2, 0, 5, Limits(0, 2)),
    ],
)
def test_surge_rounds_up_and_unavailable_rounds_down(
    replicas: int, surge: int | str, unavailable: int | str, expected: Limits
) -> None:
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}

    limits = limits_of({"replicas": replicas, "strategy": {"rollingUpdate": rolling}})

    assert limits == expected


def test_recreate_allows_neither_surge_nor_absence() -> None:
    assert limits_of({"replicas": 3, "strategy": {"type": "Recreate"}}) == Limits(0, 0)


def test_unhealthy_old_replicas_go_first() -> None:
    new = Size("new", 1, 0)
    old = [Size("sick", 2, 0, created="1"), Size("well", 2, 2, created="2")]

    shrunk = old_replicas(3, Limits(1, 1), new, old)

    assert shrunk == {"sick": 0}


def test_old_replicas_stay_while_the_new_ones_are_not_available() -> None:
    new, old = Size("new", 1, 0), [Size("old", 2, 2)]

    assert old_replicas(2, Limits(1, 0), new, old) == {}
    assert new_replicas(2, Limits(1, 0), new, old) == 1


def test_a_resize_in_mid_rollout_is_shared_in_proportion() -> None:
    sizes = [
        Size("old", 8, 8, created="1", max_replicas=13),
        Size("new", 5, 5, created="2", max_replicas=13),
    ]

    shared = proportional(15, Limits(5, 3), sizes)

    assert sum(shared.values()) == 20
    assert shared["old"] > shared["new"]


def test_scaling_to_zero_in_mid_rollout_leaves_nothing() -> None:
    sizes = [Size("old", 2, 2, max_replicas=4), Size("new", 1, 0, max_replicas=4)]

    assert proportional(0, Limits(1, 0), sizes) == {"old": 0, "new": 0}


@given(
    wanted=st.integers(1, 12),
    surge=st.integers(0, 4),
    unavailable=st.integers(0, 4),
    start=st.integers(0, 12),
)
def test_a_rollout_ends_and_keeps_within_its_limits(
    wanted: int, surge: int, unavailable: int, start: int
) -> None:
    limits = limits_of(
        {
            "replicas": wanted,
            "strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}},
        }
    )
    old_size, new_size = min(start, wanted), 0
    history = [(old_size, new_size)]
    for _ in range(4 * (wanted + start) + 4):
        # Every pod is available by the time of the next step.
        new, old = Size("new", new_size, new_size), [Size("old", old_size, old_size)]
        grown = new_replicas(wanted, limits, new, old)
        if grown != new_size:
            new_size = grown
        else:
            old_size = old_replicas(wanted, limits, new, old).get("old", old_size)
        history.append((old_size, new_size))

    assert history[-1] == (0, wanted)
    assert all(before[0] + now[1] <= wanted + limits.surge for before, now in pairwise(history))
    floor = min(start, wanted - limits.unavailable)
    assert all(old + new >= floor for old, new in history)


@given(
    wanted=st.integers(0, 30),
    surge=st.integers(0, 5),
    sizes=st.lists(st.integers(1, 20), min_size=2, max_size=5),
)
@example(wanted=1, surge=1, sizes=[1, 1, 1, 1])
def test_a_proportional_resize_reaches_the_allowed_size_or_takes_all_of_the_first(
    wanted: int, surge: int, sizes: list[int]
) -> None:
    total = sum(sizes)
    before = [Size(str(n), size, size, str(n), total) for n, size in enumerate(sizes)]

    after = {size.name: size.replicas for size in before}
    after |= proportional(wanted, Limits(surge, 1), before)

    allowed = wanted + surge if wanted else 0
    largest = max(before, key=lambda size: size.replicas)  # of several, the oldest
    # As in Kubernetes, what rounding leaves over is asked of the first alone.
    took_all = sum(after.values()) > allowed and after[largest.name] == 0
    assert sum(after.values()) == allowed or took_all
    assert min(after.values()) >= 0

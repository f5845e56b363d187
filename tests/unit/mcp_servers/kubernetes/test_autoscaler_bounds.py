"""Between how many pods an autoscaler keeps: in order, in numbers, and with the way back."""

from typing import Any

import pytest

from mcp_servers.common.envelope import RefusedError
from mcp_servers.kubernetes.alterations import merged
from mcp_servers.kubernetes.autoscaler_repairs import set_bounds

Json = dict[str, Any]


def autoscaler(least: int | None = 2, most: int = 4, now: int = 4) -> Json:
    ref = {"kind": "Deployment", "name": "web"}
    spec = {"scaleTargetRef": ref, "minReplicas": least, "maxReplicas": most}
    return {"metadata": {"uid": "u"}, "spec": spec, "status": {"currentReplicas": now}}


def test_one_bound_is_set_and_the_other_stays() -> None:
    live = autoscaler()

    altered = set_bounds(live, None, 8)

    assert merged(live, altered.patch)["spec"] == {**live["spec"], "maxReplicas": 8}
    assert [(each.name, each.before, each.after) for each in altered.figures] == [
        ("autoscaler_max_replicas", 4, 8)
    ]
    assert altered.inverse is not None
    assert altered.inverse.arguments == {"max_replicas": 4}
    assert altered.warnings == ()


def test_a_least_that_is_not_set_is_one() -> None:
    altered = set_bounds(autoscaler(least=None), 3, None)

    assert altered.inverse is not None
    assert altered.inverse.arguments == {"min_replicas": 1}


def test_what_scales_at_once_is_warned_of() -> None:
    assert set_bounds(autoscaler(), None, 3).warnings == (
        "Deployment web goes from 4 to 3 pods at once",
    )


@pytest.mark.parametrize(
    ("least", "most", "told"),
    [
        (None, None, "say min_replicas, max_replicas or both"),
        (5, None, r"the least \(5\) would be above the most \(4\)"),
        (None, 1, r"the least \(2\) would be above the most \(1\)"),
    ],
)
def test_bounds_that_make_no_sense_are_refused(
    least: int | None, most: int | None, told: str
) -> None:
    with pytest.raises(RefusedError, match=told):
        set_bounds(autoscaler(), least, most)


def test_what_is_so_already_is_said() -> None:
    altered = set_bounds(autoscaler(), 2, 4)

    assert altered.warnings == ("nothing changes: it is so already",)
    assert altered.inverse is None

"""The catalogue of faults, as data."""

import pytest

from infrastructure.lab import faults, world
from infrastructure.lab.faults import FAULTS, RaiseAlarm, Scale, SetImage


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bad_release_is_repaired_by_going_back(seed: int) -> None:
    place = world.make(seed)

    (injury,) = faults.injuries("bad-release", place)

    assert injury.fault_class == "bad_release"
    assert injury.repairs == ("rollback_rollout",)
    assert isinstance(injury.change, SetImage)
    assert (injury.change.role,) == place.struck("bad-release")


@pytest.mark.parametrize("name", list(FAULTS))
def test_only_a_false_alarm_needs_no_repair(name: str) -> None:
    for injury in faults.injuries(name, world.make(1)):
        assert bool(injury.repairs) is not isinstance(injury.change, RaiseAlarm)


def test_a_dependency_goes_down_by_losing_all_its_pods() -> None:
    (injury,) = faults.injuries("dependency-down", world.make(1))

    assert isinstance(injury.change, Scale)
    assert injury.change.replicas == 0


def test_two_at_once_strikes_two_services() -> None:
    struck = [injury.change.role for injury in faults.injuries("two-at-once", world.make(1))]

    assert len(set(struck)) == 2

"""The catalogue of faults, as data."""

import pytest
import yaml

from infrastructure.lab import faults, manifests, world
from infrastructure.lab.cluster import quantities
from infrastructure.lab.faults import (
    FAULTS,
    HoldScrapes,
    LimitMemory,
    Scale,
    SendNonsense,
    SetImage,
)
from infrastructure.lab.observe import prometheus
from infrastructure.lab.shop.service import REMEMBERED_BYTES

SEEDS = (1, 2, 3)
NUISANCES = SendNonsense | HoldScrapes


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bad_release_is_repaired_by_going_back(seed: int) -> None:
    place = world.make(seed)

    (injury,) = faults.injuries("bad-release", place)

    assert injury.fault_class == "bad_release"
    assert injury.repairs == ("rollback_rollout",)
    assert isinstance(injury.change, SetImage)
    assert (injury.change.role,) == place.struck("bad-release")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", list(FAULTS))
def test_only_a_false_alarm_needs_no_repair(name: str, seed: int) -> None:
    for injury in faults.injuries(name, world.make(seed)):
        assert bool(injury.repairs) is not isinstance(injury.change, NUISANCES)
        assert (injury.fault_class == "none") is isinstance(injury.change, NUISANCES)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", list(FAULTS))
def test_every_fault_is_told_by_alerts_that_exist(name: str, seed: int) -> None:
    groups = yaml.safe_load(prometheus.RULES.read_text())["groups"]
    known = {rule["alert"] for group in groups for rule in group["rules"] if "alert" in rule}

    for injury in faults.injuries(name, world.make(seed)):
        assert injury.alerts
        assert set(injury.alerts) <= known


def test_a_dependency_goes_down_by_losing_all_its_pods() -> None:
    (injury,) = faults.injuries("dependency-down", world.make(1))

    assert isinstance(injury.change, Scale)
    assert injury.change.replicas == 0


def test_the_lowered_limit_is_below_the_need_and_its_double_is_above() -> None:
    place = world.make(1)
    (injury,) = faults.injuries("oom", place)
    assert isinstance(injury.change, LimitMemory)
    container = manifests.deployment(place, injury.change.role)["spec"]["template"]["spec"][
        "containers"
    ][0]
    declared = quantities.parse(container["resources"]["limits"]["memory"])
    requested = quantities.parse(container["resources"]["requests"]["memory"])
    lowered = quantities.parse(injury.change.limit)
    smallest_interpreter, largest_interpreter = 9 * 2**20, 20 * 2**20

    assert requested <= lowered < REMEMBERED_BYTES + smallest_interpreter
    assert REMEMBERED_BYTES + largest_interpreter < declared <= 2 * lowered


def test_two_at_once_strikes_two_services() -> None:
    for seed in SEEDS:
        struck = [injury.change.role for injury in faults.injuries("two-at-once", world.make(seed))]

        assert len(set(struck)) == 2


def test_the_first_seeds_know_each_form_of_a_false_alarm_and_both_together() -> None:
    forms = [
        [type(injury.change) for injury in faults.injuries("false-alarm", world.make(seed))]
        for seed in SEEDS
    ]

    assert forms == [[SendNonsense], [HoldScrapes], [SendNonsense, HoldScrapes]]

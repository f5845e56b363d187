"""The catalogue of faults, as data."""

from typing import Any

import pytest
import yaml

from infrastructure.lab import faults, images, manifests, world
from infrastructure.lab.alterations import (
    HoldScrapes,
    LimitMemory,
    LimitNamespace,
    MistypeImage,
    MoveProbe,
    Reselect,
    Scale,
    SendNonsense,
    SetImage,
)
from infrastructure.lab.cluster import quantities
from infrastructure.lab.faults import FAULTS, End
from infrastructure.lab.observe import prometheus
from infrastructure.lab.shop.releases import VARIANTS
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
def test_what_is_to_be_repaired_has_a_repair_and_only_a_false_alarm_is_let_be(
    name: str, seed: int
) -> None:
    for injury in faults.injuries(name, world.make(seed)):
        assert bool(injury.repairs) is (injury.end is End.REPAIRED)
        assert (injury.end is End.LEFT_ALONE) is isinstance(injury.change, NUISANCES)
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


@pytest.mark.parametrize(
    ("seed", "granted", "fault_class"),
    [
        (1, {"pods": "9"}, "quota_pods_exceeded"),
        (2, {"requests.memory": "288Mi"}, "quota_memory_exceeded"),
        (3, {"requests.cpu": "90m"}, "quota_cpu_exceeded"),
    ],
)
def test_a_quota_grants_what_the_shop_has_and_not_one_pod_more(
    seed: int, granted: dict[str, str], fault_class: str
) -> None:
    place = world.make(seed)
    (injury,) = faults.injuries("quota", place)
    assert isinstance(injury.change, LimitNamespace)

    assert manifests.quota(place, injury.change.resource)["spec"]["hard"] == granted
    assert injury.fault_class == fault_class
    assert injury.change.more > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_new_selector_finds_no_pod_of_the_shop(seed: int) -> None:
    place = world.make(seed)
    (injury,) = faults.injuries("selector-mismatch", place)
    assert isinstance(injury.change, Reselect)

    labels = [
        deployment["spec"]["template"]["metadata"]["labels"]
        for deployment in manifests.deployments(place)
    ]
    assert all(each[injury.change.label] != injury.change.value for each in labels)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_listens_where_the_moved_probe_asks(seed: int) -> None:
    (injury,) = faults.injuries("bad-probe", world.make(seed))

    assert isinstance(injury.change, MoveProbe)
    assert injury.change.port not in {manifests.PORT, manifests.METRICS_PORT}
    assert injury.fault_class.startswith(injury.change.probe)


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_pushed_the_mistyped_image(seed: int) -> None:
    place = world.make(seed)
    (injury,) = faults.injuries("image-typo", place)
    assert isinstance(injury.change, MistypeImage)

    catalogue: dict[str, Any] = images.catalogue(place)["images"]  # type: ignore[assignment]
    tags = catalogue[place.image(injury.change.role)]["tags"]
    assert place.tag(injury.change.variant) in tags
    assert place.mistyped_tag(injury.change.variant) not in tags


def test_the_leak_leaves_minutes_between_the_alert_and_the_kill() -> None:
    (injury,) = faults.injuries("memory-leak", world.make(1))
    assert isinstance(injury.change, SetImage)
    orders_a_second = 8
    alerts_at, killed_at = 0.75 * 64 * 2**20, 64 * 2**20

    grows = VARIANTS[injury.change.variant].kept_bytes * orders_a_second

    assert 90 < (killed_at - alerts_at) / grows < 240

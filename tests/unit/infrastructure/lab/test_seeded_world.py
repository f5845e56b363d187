"""The world of a seed: natural names for seed 1, other names and other places for the rest."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.lab import images, manifests, world
from infrastructure.lab.faults import FAULTS
from infrastructure.lab.shop.releases import VARIANTS
from infrastructure.lab.world import TARGETS, Role, Variant


def every_name(place: world.World) -> set[str]:
    repositories = {place.image(role) for role in Role}
    return {place.namespace, place.team, place.registry, *place.services.values(), *repositories}


def test_seed_one_has_the_natural_names() -> None:
    place = world.make(1)

    assert place.namespace == "shop"
    assert list(place.services.values()) == [
        "frontend",
        "checkout",
        "payments",
        "inventory",
        "datastore",
    ]
    assert place.image(Role.CHECKOUT) == "lab/checkout"
    assert place.tag(Variant.PARTIAL_RATES) == "v2"
    assert place.struck("bad-release") == (Role.CHECKOUT,)


@pytest.mark.parametrize(("seed", "other"), [(1, 2), (1, 3), (2, 3), (3, 4), (41, 42)])
def test_neighbouring_seeds_share_no_name(seed: int, other: int) -> None:
    assert every_name(world.make(seed)).isdisjoint(every_name(world.make(other)))


@given(st.integers())
def test_any_seed_makes_the_same_distinct_names_each_time(seed: int) -> None:
    place = world.make(seed)

    assert place == world.make(seed)
    assert len(set(place.services.values())) == len(Role)
    assert len({place.tag(variant) for variant in Variant}) == len(Variant)


@pytest.mark.parametrize("fault", list(TARGETS))
def test_a_fault_strikes_another_role_in_each_of_the_first_three_seeds(fault: str) -> None:
    struck = [world.make(seed).struck(fault) for seed in (1, 2, 3)]

    assert len(set(struck)) == 3
    assert all(first[0] is not second[0] for first, second in pairwise(struck))


def test_every_fault_of_the_catalogue_has_its_targets() -> None:
    assert set(FAULTS) == set(TARGETS)


def test_every_variant_of_the_world_is_one_the_shop_can_run() -> None:
    assert {str(variant) for variant in Variant} == set(VARIANTS)


@given(st.integers())
def test_every_pod_runs_an_image_of_the_catalogue_that_finds_the_services_it_calls(
    seed: int,
) -> None:
    place = world.make(seed)
    catalogue = images.catalogue(place)["images"]
    assert isinstance(catalogue, dict)

    for deployment in manifests.deployments(place):
        container = deployment["spec"]["template"]["spec"]["containers"][0]
        repository, _, tag = container["image"].rpartition(":")
        image_env = catalogue[repository]["tags"][tag]["env"]
        given_by_pod = {entry["name"]: entry["value"] for entry in container["env"]}
        called = [
            entry.split("=")[0] for entry in filter(None, image_env["SERVICE_CALLS"].split(","))
        ]
        addresses = {given_by_pod[variable].partition(":")[0] for variable in called}
        assert addresses <= set(place.services.values())


def test_selectors_of_services_and_deployments_match_the_pods() -> None:
    place = world.make(7)

    pairs = zip(manifests.services(place), manifests.deployments(place), strict=True)

    for service, deployment in pairs:
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        assert service["spec"]["selector"].items() <= labels.items()
        assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()

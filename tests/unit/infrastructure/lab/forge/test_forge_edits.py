"""What developers of the lab change: the culprits do harm, the others do none, and all pass the check."""

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from infrastructure.lab import faults, world
from infrastructure.lab.alterations import Merge
from infrastructure.lab.forge import checks, edits, sources
from infrastructure.lab.forge.edits import CODELESS, Recipe
from infrastructure.lab.shop.pricing import BULK_DISCOUNTS
from infrastructure.lab.world import CALLS, Role, World

SEEDS = (1, 2, 3)
FAULTS = ("bad-commit", "bad-config-commit", "bad-flag", "innocent-deploy")
CULPRITS = (Recipe.MINOR_UNITS, Recipe.SHIPPING, Recipe.NEW_CURRENCY)
HARMLESS = (Recipe.EXPLAIN, Recipe.LAST_NAME, Recipe.FEWER_REVISIONS, Recipe.COMMENT)


def merges(fault: str, place: World) -> Iterator[Merge]:
    """Yield what a fault has merged."""
    for injury in faults.injuries(fault, place):
        for change in (injury.change, injury.innocent):
            if isinstance(change, Merge):
                yield change


def applied(files: dict[str, str], edit: edits.Edit) -> dict[str, str]:
    """Return the files as they are after an edit."""
    for step in edit.steps:
        files = {**files, **{path: change(files[path]) for path, change in step.items()}}
    return files


def share_failed(text: str, flag: bool = False) -> float:
    """Return which share of all orders the code of a price book fails."""
    code: dict[str, Any] = {}
    exec(compile(text, "pricing.py", "exec"), code)  # noqa: S102 - the lab's own code
    failed = 0
    for order in range(300):
        try:
            code["price"](order, code["RATES"], lambda name: flag and name == BULK_DISCOUNTS)
        except (LookupError, ArithmeticError):
            failed += 1
    return failed / 300


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_everything_that_is_merged_fits_upon_what_came_before_and_passes_the_check(
    seed: int, fault: str
) -> None:
    place = world.make(seed)

    for merge in merges(fault, place):
        files = sources.all_files(place)
        for role, recipe in (*merge.before, (merge.role, merge.recipe), *merge.after):
            before, files = files, applied(files, edits.edit(recipe, place, role))
            assert files != before
        for path, text in files.items():
            checks.examine(path, text)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("recipe", CULPRITS)
def test_a_culprit_fails_some_orders_and_not_all(seed: int, recipe: Recipe) -> None:
    place = world.make(seed)
    files = sources.all_files(place)
    path = sources.pricing_path(place.services[Role.CHECKOUT])
    assert share_failed(files[path]) == 0

    files = applied(files, edits.edit(recipe, place, Role.CHECKOUT))

    assert 0.1 < share_failed(files[path]) < 0.6


@pytest.mark.parametrize("recipe", HARMLESS)
def test_the_others_leave_prices_pods_and_flags_as_they_are(recipe: Recipe) -> None:
    place = world.make(1)
    role = Role.CHECKOUT
    before = sources.all_files(place)

    after = applied(before, edits.edit(recipe, place, role))

    path = sources.pricing_path(place.services[role])
    assert share_failed(after[path]) == 0
    assert after[sources.FLAGS] == before[sources.FLAGS]
    declared = sources.manifest_path(place, role)
    _, old = yaml.safe_load_all(before[declared])
    _, new = yaml.safe_load_all(after[declared])
    assert new["spec"]["template"] == old["spec"]["template"]


def test_a_flag_is_switched_on_for_one_service_and_does_harm_there() -> None:
    place = world.make(1)
    before = sources.all_files(place)

    after = applied(before, edits.edit(Recipe.FLAG_ON, place, Role.PAYMENTS))

    switched = [
        name for name, each in yaml.safe_load(after[sources.FLAGS]).items() if any(each.values())
    ]
    assert switched == [place.services[Role.PAYMENTS]]
    assert share_failed(after[sources.pricing_path(switched[0])], flag=True) == 0.5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("recipe", [Recipe.WRONG_ADDRESS, Recipe.SHORT_PATIENCE])
def test_a_bad_setting_is_in_the_manifest_of_a_service_that_calls_others(
    seed: int, recipe: Recipe
) -> None:
    place = world.make(seed)
    for role in filter(CALLS.__getitem__, Role):
        after = applied(sources.all_files(place), edits.edit(recipe, place, role))

        _, deployment = yaml.safe_load_all(after[sources.manifest_path(place, role)])
        (container,) = deployment["spec"]["template"]["spec"]["containers"]
        env = {each["name"]: each["value"] for each in container["env"]}
        hosts = {value.partition(":")[0] for name, value in env.items() if name.endswith("_ADDR")}
        is_unknown = not hosts <= set(place.services.values())
        assert is_unknown is (recipe is Recipe.WRONG_ADDRESS)
        assert ("CALL_TIMEOUT_SECONDS" in env) is (recipe is Recipe.SHORT_PATIENCE)


@pytest.mark.parametrize("seed", SEEDS)
def test_faults_of_commits_strike_services_that_can_have_them(seed: int) -> None:
    place = world.make(seed)

    (config,) = merges("bad-config-commit", place)
    (innocent,) = merges("innocent-deploy", place)
    (injury,) = faults.injuries("innocent-deploy", place)

    assert CALLS[config.role]
    assert innocent.role is not injury.change.role
    assert innocent.recipe not in CODELESS


def test_a_change_that_finds_nothing_to_change_says_so() -> None:
    place = world.make(1)
    edit = edits.edit(Recipe.MINOR_UNITS, place, Role.CHECKOUT)

    with pytest.raises(ValueError, match="is not there"):
        applied(dict.fromkeys(sources.all_files(place), ""), edit)

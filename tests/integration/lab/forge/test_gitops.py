"""What is merged to main runs in the cluster, and what is reverted does not."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from deployed_shop import Shop, running

from infrastructure.lab.forge import edits, rollouts
from infrastructure.lab.forge.edits import Edit, Recipe
from infrastructure.lab.forge.sources import FLAGS, pricing_path
from infrastructure.lab.manifests import CHANGE_CAUSE
from infrastructure.lab.world import Role

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAILING_ORDER = 4
"""Paid in yen, and of one line."""
BROKEN = "\ndef (\n"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shop]:
    async with running(tmp_path_factory.mktemp("gitops"), seed=2) as found:
        yield found


def replaced(edit: Edit, path: str, old: str, new: str) -> Edit:
    """Return a change of one place of a file, by the author of another change."""
    return Edit(edit.author, "Put it right", "", ({path: lambda text: text.replace(old, new)},))


async def test_main_is_what_runs(shop: Shop) -> None:
    role = Role.DATASTORE
    change = edits.edit(Recipe.MINOR_UNITS, shop.place, role)
    assert await shop.order(role, FAILING_ORDER) == 200

    landed = await shop.developer.land(change)

    assert await shop.developer.deployed(landed.sha) == "success"
    assert await shop.order(role, FAILING_ORDER) == 500
    deployment = await shop.deployment(role)
    template = deployment["spec"]["template"]
    (container,) = template["spec"]["containers"]
    assert container["image"] == f"{shop.place.image(role)}:{landed.sha[:12]}"
    assert template["metadata"]["annotations"][rollouts.REVISION] == landed.sha
    assert landed.title in deployment["metadata"]["annotations"][CHANGE_CAUSE]

    mended = await shop.developer.land(
        replaced(
            change, pricing_path(shop.place.services[role]), '"GBP": 2}', '"GBP": 2, "JPY": 0}'
        )
    )

    assert await shop.developer.deployed(mended.sha) == "success"
    assert await shop.order(role, FAILING_ORDER) == 200


async def test_a_flag_is_heard_of_without_a_deployment(shop: Shop) -> None:
    role = Role.DATASTORE
    before = await shop.deployment(role)
    switched = edits.edit(Recipe.FLAG_ON, shop.place, role)

    await shop.developer.land(switched)

    await until(shop, role, 500)
    await shop.developer.land(replaced(switched, FLAGS, "true", "false"))
    await until(shop, role, 200)
    assert (await shop.deployment(role))["spec"] == before["spec"]


async def test_code_that_does_not_compile_is_not_rolled_out(shop: Shop) -> None:
    role = Role.DATASTORE
    path = pricing_path(shop.place.services[role])
    good = edits.edit(Recipe.MINOR_UNITS, shop.place, role)
    broken = Edit(good.author, "Break it", "", ({path: lambda text: text + BROKEN},))
    before = await shop.deployment(role)

    sha = await merged_unchecked(shop, broken)

    assert await shop.developer.deployed(sha) == "failure"
    assert (await shop.deployment(role))["spec"] == before["spec"]
    assert await shop.order(role, FAILING_ORDER) == 200
    mended = Edit(good.author, "Mend it", "", ({path: lambda text: text.removesuffix(BROKEN)},))
    assert await shop.developer.deployed(await merged_unchecked(shop, mended)) == "success"


async def merged_unchecked(shop: Shop, edit: Edit) -> str:
    """Push to main what no check has seen."""
    ask = shop.developer._ask
    head = (await ask("GET", "/git/ref/heads/main"))["object"]["sha"]
    sha = await shop.developer._commit(head, edit, edit.steps[0])
    await ask("PATCH", "/git/refs/heads/main", {"sha": sha})
    return sha


async def until(shop: Shop, role: Role, status: int) -> None:
    """Wait until an order of three lines is answered so."""
    async with asyncio.timeout(15):
        while await shop.order(role, 2) != status:  # noqa: ASYNC110 - a pod sets no event
            await asyncio.sleep(0.1)

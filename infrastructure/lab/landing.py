"""Have a change of the repository merged, among those of others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infrastructure.lab.alterations import Merge
from infrastructure.lab.developer import Developer, ForgeError
from infrastructure.lab.forge import edits
from infrastructure.lab.forge.edits import CODELESS
from infrastructure.lab.world import World


@dataclass(frozen=True)
class Landed:
    """What was merged."""

    sentence: str
    facts: Mapping[str, Any]
    """The `commit` that it is about, and the commits of `others`."""


async def land(developer: Developer, place: World, change: Merge) -> Landed:
    """Have changes merged one after the other, and the one that this is about deployed.

    Raises:
        ForgeError: when the forge refuses, or a deployment fails.
    """
    others = []
    for role, recipe in change.before:
        others.append((await developer.land(edits.edit(recipe, place, role))).sha)
    landed = await developer.land(edits.edit(change.recipe, place, change.role))
    if change.recipe not in CODELESS:
        state = await developer.deployed(landed.sha)
        if state != "success":
            raise ForgeError(f"the deployment of {landed.sha} ended with {state}")
    for role, recipe in change.after:
        others.append((await developer.land(edits.edit(recipe, place, role))).sha)
    where = f"{place.namespace}/{place.services[change.role]}"
    sentence = f"merged {landed.sha[:12]} for {where}: {landed.title}"
    return Landed(sentence, {"commit": landed.sha, "others": others})

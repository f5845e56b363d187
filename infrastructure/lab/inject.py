"""Break the lab as a developer would, and put it back as it was declared."""

import datetime as dt
import json
from typing import Any

from infrastructure.lab import alter, manifests, standing, world
from infrastructure.lab.alterations import LimitNamespace
from infrastructure.lab.boot import declare_shop
from infrastructure.lab.developer import Developer
from infrastructure.lab.faults import FAULTS, Injury, injuries
from infrastructure.lab.forge import rollouts
from infrastructure.lab.kube import Api, collection_path, wait_rolled_out
from infrastructure.lab.labdir import LabDir

HEAL_TIMEOUT_S = 60.0
ORIGIN = frozenset({rollouts.REVISION, rollouts.SOURCE})
"""What a pod template says of the commit it runs."""


class UnknownFaultError(Exception):
    """There is no fault of that name; the text lists those there are."""


async def break_(lab: LabDir, name: str) -> list[str]:
    """Inject a fault into a lab that is up; return what was done, a sentence each.

    Raises:
        UnknownFaultError: when there is no such fault.
        OSError: when a service that is to be called does not answer.
        NotUpError: when no lab is up in the folder: nothing else is ever touched.
        ApiError: when the cluster refuses.
        ForgeError: when the forge refuses.
    """
    if name not in FAULTS:
        raise UnknownFaultError(f"no fault {name}; there are: {', '.join(FAULTS)}")
    record = standing.own_cluster(lab)
    place = world.make(record["seed"])
    done = []
    async with _admin(record) as api, _developer(record) as developer:
        hands = alter.Hands(api, developer)
        for injury in injuries(name, place):
            innocent = await _precede(hands, place, injury)
            at = dt.datetime.now(dt.UTC)
            change = await alter.apply(hands, place, injury.change)
            facts = {**_truth(place, injury), **change.facts, **innocent}
            _note(lab, at, {"fault": name, **facts, "change": change.sentence})
            done.append(change.sentence)
    return done


async def _precede(hands: alter.Hands, place: world.World, injury: Injury) -> dict[str, Any]:
    """Deploy what will stand next to a fault and is not to blame."""
    if injury.innocent is None:
        return {}
    done = await alter.apply(hands, place, injury.innocent)
    return {"innocent": done.facts["commit"]}


async def heal(lab: LabDir) -> None:
    """Put the declared manifests back and wait until they are rolled out.

    Raises:
        NotUpError: when no lab is up in the folder.
        ApiError: when the cluster refuses or does not get there in time.
        ForgeError: when the forge refuses.
    """
    record = standing.own_cluster(lab)
    place = world.make(record["seed"])
    async with _admin(record) as api, _developer(record) as developer:
        await developer.restore()
        await _lift_quotas(api, place)
        await _forget_commits(api, place)
        await declare_shop(api, place)
        names = list(place.services.values())
        await wait_rolled_out(api, place.namespace, names, HEAL_TIMEOUT_S)
    _note(lab, dt.datetime.now(dt.UTC), {"healed": True})


async def _lift_quotas(api: Api, place: world.World) -> None:
    """Remove every quota of the namespace: none is declared."""
    collection = collection_path("v1", "ResourceQuota", place.namespace)
    for quota in (await api.get(collection))["items"]:
        await api.delete(f"{collection}/{quota['metadata']['name']}")


async def _forget_commits(api: Api, place: world.World) -> None:
    """Have no Deployment say that it runs what was built from a commit."""
    collection = collection_path("apps/v1", "Deployment", place.namespace)
    for deployment in (await api.get(collection))["items"]:
        template = deployment["spec"]["template"]
        if ORIGIN & set(template["metadata"].get("annotations") or {}):
            role = next(
                role
                for role, name in place.services.items()
                if name == deployment["metadata"]["name"]
            )
            declared = manifests.deployment(place, role)
            declared["spec"]["template"]["metadata"]["annotations"] = dict.fromkeys(ORIGIN)
            await api.merge_patch(f"{collection}/{deployment['metadata']['name']}", declared)


def _truth(place: world.World, injury: Injury) -> dict[str, Any]:
    """Say what is wrong where, and what would mend it: the answer that tests compare with."""
    target = {
        "kind": "Deployment",
        "namespace": place.namespace,
        "name": place.services[injury.change.role],
    }
    namespace = {"kind": "Namespace", "namespace": "", "name": place.namespace}
    return {
        "class": injury.fault_class,
        "object": namespace if isinstance(injury.change, LimitNamespace) else target,
        "suffers": target,
        "repairs": [{"action": action, "object": target} for action in injury.repairs],
        "alerts": list(injury.alerts),
        "end": str(injury.end),
    }


def _note(lab: LabDir, at: dt.datetime, facts: dict[str, Any]) -> None:
    line = json.dumps({"at": at.isoformat(), **facts})
    with lab.faults.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def _developer(record: dict[str, Any]) -> Developer:
    forge = record["forge"]
    return Developer(forge["url"], forge["repository"], forge["tokens"]["admin"])


def _admin(record: dict[str, Any]) -> Api:
    return Api(record["kubernetes"]["url"], record["kubernetes"]["tokens"]["admin"])

"""Break the lab as a developer would, and put it back as it was declared."""

import datetime as dt
import json
from typing import Any

from infrastructure.lab import manifests, nuisance, standing, world
from infrastructure.lab.boot import declare_shop
from infrastructure.lab.faults import (
    FAULTS,
    Change,
    HoldScrapes,
    Injury,
    LimitMemory,
    Scale,
    SendNonsense,
    SetImage,
    injuries,
)
from infrastructure.lab.kube import Api, Object, collection_path, wait_rolled_out
from infrastructure.lab.labdir import LabDir

HEAL_TIMEOUT_S = 60.0


class UnknownFaultError(Exception):
    """There is no fault of that name; the text lists those there are."""


async def break_(lab: LabDir, name: str) -> list[str]:
    """Inject a fault into a lab that is up; return what was done, a sentence each.

    Raises:
        UnknownFaultError: when there is no such fault.
        OSError: when a service that is to be called does not answer.
        NotUpError: when no lab is up in the folder: nothing else is ever touched.
        ApiError: when the cluster refuses.
    """
    if name not in FAULTS:
        raise UnknownFaultError(f"no fault {name}; there are: {', '.join(FAULTS)}")
    record = standing.own_cluster(lab)
    place = world.make(record["seed"])
    done = []
    async with _admin(record) as api:
        for injury in injuries(name, place):
            at = dt.datetime.now(dt.UTC)
            change = await _apply(api, place, injury.change)
            _note(lab, at, {"fault": name, **_truth(place, injury), "change": change})
            done.append(change)
    return done


async def heal(lab: LabDir) -> None:
    """Put the declared manifests back and wait until they are rolled out.

    Raises:
        NotUpError: when no lab is up in the folder.
        ApiError: when the cluster refuses or does not get there in time.
    """
    record = standing.own_cluster(lab)
    place = world.make(record["seed"])
    async with _admin(record) as api:
        await declare_shop(api, place)
        names = list(place.services.values())
        await wait_rolled_out(api, place.namespace, names, HEAL_TIMEOUT_S)
    _note(lab, dt.datetime.now(dt.UTC), {"healed": True})


async def _apply(api: Api, place: world.World, change: Change) -> str:
    """Change one thing; return a sentence that says so."""
    name = _name(place, change.role)
    match change:
        case SetImage():
            return await _set_image(api, place, change)
        case LimitMemory():
            return await _limit_memory(api, place, change)
        case Scale(role=role, replicas=replicas):
            await api.merge_patch(_path(place, role), {"spec": {"replicas": replicas}})
            return f"scaled deployment {name} to {replicas}"
        case SendNonsense(role=role):
            address = await _address(api, place, role)
            await nuisance.send_nonsense(address, world.ROUTES[role])
            return f"sent nonsense to {name} for {nuisance.NONSENSE_LASTS_S:g} s"
        case HoldScrapes(role=role):
            await nuisance.hold_scrapes(await _pod_address(api, place, role))
            return f"kept scrapers away from a pod of {name}, {nuisance.TIMES_HELD} times"


async def _set_image(api: Api, place: world.World, change: SetImage) -> str:
    """Release another version, as `kubectl set image` with a change cause does."""
    tag = place.tag(change.variant)
    image = f"{place.image(change.role)}:{tag}"
    await _release(api, place, change, {"image": image}, f"Release {tag}: {change.cause}")
    return f"released {image} in deployment {_name(place, change.role)}: {change.cause}"


async def _limit_memory(api: Api, place: world.World, change: LimitMemory) -> str:
    """Lower a limit, as `kubectl set resources` does: a revision of its own, the same image."""
    path = _path(place, change.role)
    resources = _container(await api.get(path))["resources"]
    limits = {**resources["limits"], "memory": change.limit}
    facts = {"resources": {**resources, "limits": limits}}
    await _release(api, place, change, facts, change.cause)
    return f"limited deployment {_name(place, change.role)} to {change.limit}: {change.cause}"


async def _release(
    api: Api, place: world.World, change: Change, facts: dict[str, Any], cause: str
) -> None:
    """Put new facts into the one container of a deployment, and say why."""
    path = _path(place, change.role)
    container = {**_container(await api.get(path)), **facts}
    patch = {
        "metadata": {"annotations": {manifests.CHANGE_CAUSE: cause}},
        "spec": {"template": {"spec": {"containers": [container]}}},
    }
    await api.merge_patch(path, patch)


def _container(deployment: Object) -> dict[str, Any]:
    container: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return container


async def _address(api: Api, place: world.World, role: world.Role) -> nuisance.Address:
    """Return where customers of a service find it."""
    collection = collection_path("v1", "Service", place.namespace)
    service = await api.get(f"{collection}/{place.services[role]}")
    return service["spec"]["clusterIP"], manifests.PORT


async def _pod_address(api: Api, place: world.World, role: world.Role) -> nuisance.Address:
    """Return where the first pod of a service is scraped."""
    collection = collection_path("v1", "Endpoints", place.namespace)
    endpoints = await api.get(f"{collection}/{place.services[role]}")
    return endpoints["subsets"][0]["addresses"][0]["ip"], manifests.METRICS_PORT


def _truth(place: world.World, injury: Injury) -> dict[str, Any]:
    """Say what is wrong where, and what would mend it: the answer that tests compare with."""
    target = {
        "kind": "Deployment",
        "namespace": place.namespace,
        "name": place.services[injury.change.role],
    }
    return {
        "class": injury.fault_class,
        "object": target,
        "repairs": [{"action": action, "object": target} for action in injury.repairs],
        "alerts": list(injury.alerts),
    }


def _note(lab: LabDir, at: dt.datetime, facts: dict[str, Any]) -> None:
    line = json.dumps({"at": at.isoformat(), **facts})
    with lab.faults.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def _admin(record: dict[str, Any]) -> Api:
    return Api(record["kubernetes"]["url"], record["kubernetes"]["tokens"]["admin"])


def _path(place: world.World, role: world.Role) -> str:
    collection = collection_path("apps/v1", "Deployment", place.namespace)
    return f"{collection}/{place.services[role]}"


def _name(place: world.World, role: world.Role) -> str:
    return f"{place.namespace}/{place.services[role]}"

"""Carry out a change of the lab through its API, as `kubectl` would, or through its forge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infrastructure.lab import landing, manifests, nuisance, world
from infrastructure.lab.alterations import (
    Change,
    ClusterChange,
    HoldScrapes,
    LimitMemory,
    LimitNamespace,
    Merge,
    MistypeImage,
    MoveProbe,
    Reselect,
    Scale,
    SendNonsense,
    SetImage,
)
from infrastructure.lab.developer import Developer
from infrastructure.lab.kube import Api, Object, collection_path


@dataclass(frozen=True)
class Hands:
    """What a change is carried out with: the cluster's API, and a developer at the forge."""

    api: Api
    developer: Developer


@dataclass(frozen=True)
class Done:
    """What was done: a sentence, and for a commit what it is called."""

    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)


async def apply(hands: Hands, place: world.World, change: Change) -> Done:
    """Change one thing; return what was done.

    Raises:
        OSError: when a service that is to be called does not answer.
        ApiError: when the cluster refuses.
        ForgeError: when the forge refuses.
    """
    if isinstance(change, Merge):
        landed = await landing.land(hands.developer, place, change)
        return Done(landed.sentence, landed.facts)
    return Done(await _change_cluster(hands.api, place, change))


async def _change_cluster(api: Api, place: world.World, change: ClusterChange) -> str:
    match change:
        case SetImage() | MistypeImage() | LimitMemory() | MoveProbe():
            return await _roll_out(api, place, change)
        case Scale(role, replicas):
            return await _scale(api, place, role, replicas)
        case LimitNamespace():
            return await _limit_namespace(api, place, change)
        case Reselect():
            return await _reselect(api, place, change)
        case SendNonsense() | HoldScrapes():
            return await _annoy(api, place, change)


async def _roll_out(
    api: Api, place: world.World, change: SetImage | MistypeImage | LimitMemory | MoveProbe
) -> str:
    """Bring a new revision about."""
    match change:
        case SetImage(role, variant, cause):
            return await _set_image(api, place, role, place.tag(variant), cause)
        case MistypeImage(role, variant, cause):
            return await _set_image(api, place, role, place.mistyped_tag(variant), cause)
        case LimitMemory():
            return await _limit_memory(api, place, change)
        case MoveProbe():
            return await _move_probe(api, place, change)


async def _annoy(api: Api, place: world.World, change: SendNonsense | HoldScrapes) -> str:
    """Be a stranger: nothing in the cluster changes."""
    name = _name(place, change.role)
    if isinstance(change, SendNonsense):
        address = await _address(api, place, change.role)
        await nuisance.send_nonsense(address, world.ROUTES[change.role])
        return f"sent nonsense to {name} for {nuisance.NONSENSE_LASTS_S:g} s"
    await nuisance.hold_scrapes(await _pod_address(api, place, change.role))
    return f"kept scrapers away from a pod of {name}, {nuisance.TIMES_HELD} times"


async def _scale(api: Api, place: world.World, role: world.Role, replicas: int) -> str:
    await api.merge_patch(_path(place, role), {"spec": {"replicas": replicas}})
    return f"scaled deployment {_name(place, role)} to {replicas}"


async def _set_image(api: Api, place: world.World, role: world.Role, tag: str, cause: str) -> str:
    """Release another version, as `kubectl set image` with a change cause does."""
    image = f"{place.image(role)}:{tag}"
    await _release(api, place, role, {"image": image}, f"Release {tag}: {cause}")
    return f"released {image} in deployment {_name(place, role)}: {cause}"


async def _limit_memory(api: Api, place: world.World, change: LimitMemory) -> str:
    """Lower a limit, as `kubectl set resources` does: a revision of its own, the same image."""
    resources = _container(await api.get(_path(place, change.role)))["resources"]
    limits = {**resources["limits"], "memory": change.limit}
    facts = {"resources": {**resources, "limits": limits}}
    await _release(api, place, change.role, facts, change.cause)
    return f"limited deployment {_name(place, change.role)} to {change.limit}: {change.cause}"


async def _move_probe(api: Api, place: world.World, change: MoveProbe) -> str:
    """Have a probe ask at another port: a revision of its own, the same image."""
    field = f"{change.probe}Probe"
    probe = _container(await api.get(_path(place, change.role)))[field]
    facts = {field: {**probe, "httpGet": {**probe["httpGet"], "port": change.port}}}
    await _release(api, place, change.role, facts, change.cause)
    where = f"deployment {_name(place, change.role)}"
    return f"moved the {change.probe} probe of {where} to port {change.port}: {change.cause}"


async def _limit_namespace(api: Api, place: world.World, change: LimitNamespace) -> str:
    """Freeze what the namespace has of a resource, then ask for more pods."""
    quota = manifests.quota(place, change.resource)
    await api.declare(quota)
    granted = quota["spec"]["hard"][change.resource]
    scaled = await _scale(api, place, change.role, manifests.replicas(change.role) + change.more)
    return f"granted namespace {place.namespace} {granted} of {change.resource}, then {scaled}"


async def _reselect(api: Api, place: world.World, change: Reselect) -> str:
    selector = {change.label: change.value}
    await api.merge_patch(_service_path(place, change.role), {"spec": {"selector": selector}})
    service = f"service {_name(place, change.role)}"
    return f"had {service} look for pods with {change.label}={change.value}"


async def _release(
    api: Api, place: world.World, role: world.Role, facts: dict[str, Any], cause: str
) -> None:
    """Put new facts into the one container of a deployment, and say why."""
    path = _path(place, role)
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
    service = await api.get(_service_path(place, role))
    return service["spec"]["clusterIP"], manifests.PORT


async def _pod_address(api: Api, place: world.World, role: world.Role) -> nuisance.Address:
    """Return where the first pod of a service is scraped."""
    collection = collection_path("v1", "Endpoints", place.namespace)
    endpoints = await api.get(f"{collection}/{place.services[role]}")
    return endpoints["subsets"][0]["addresses"][0]["ip"], manifests.METRICS_PORT


def _path(place: world.World, role: world.Role) -> str:
    collection = collection_path("apps/v1", "Deployment", place.namespace)
    return f"{collection}/{place.services[role]}"


def _service_path(place: world.World, role: world.Role) -> str:
    return f"{collection_path('v1', 'Service', place.namespace)}/{place.services[role]}"


def _name(place: world.World, role: world.Role) -> str:
    return f"{place.namespace}/{place.services[role]}"

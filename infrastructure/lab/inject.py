"""Break the lab as a developer would, and put it back as it was declared."""

import datetime as dt
import json
from typing import Any

import httpx

from infrastructure.lab import manifests, standing, world
from infrastructure.lab.boot import declare_shop
from infrastructure.lab.faults import FAULTS, Injury, RaiseAlarm, Scale, SetImage, injuries
from infrastructure.lab.kube import Api, collection_path, wait_rolled_out
from infrastructure.lab.labdir import LabDir
from infrastructure.lab.observe.prometheus import CLUSTER

HEAL_TIMEOUT_S = 60.0
ALARM_LASTS = dt.timedelta(minutes=10)


class UnknownFaultError(Exception):
    """There is no fault of that name; the text lists those there are."""


async def break_(lab: LabDir, name: str) -> list[str]:
    """Inject a fault into a lab that is up; return what was done, a sentence each.

    Raises:
        UnknownFaultError: when there is no such fault.
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
            change = await _apply(api, record, place, injury)
            _note(lab, {"fault": name, **_truth(place, injury), "change": change})
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
    for injury in injuries("false-alarm", place):
        if isinstance(injury.change, RaiseAlarm) and _was_broken(lab, "false-alarm"):
            await _alarm(record, place, injury.change, dt.timedelta(0))
    _note(lab, {"healed": True})


async def _apply(api: Api, record: dict[str, Any], place: world.World, injury: Injury) -> str:
    match injury.change:
        case SetImage() as change:
            return await _set_image(api, place, change)
        case Scale(role=role, replicas=replicas):
            await api.merge_patch(_path(place, role), {"spec": {"replicas": replicas}})
            return f"scaled deployment {_name(place, role)} to {replicas}"
        case RaiseAlarm(role=role, alertname=alertname) as change:
            await _alarm(record, place, change, ALARM_LASTS)
            return f"raised {alertname} for {_name(place, role)}, which is well"


async def _set_image(api: Api, place: world.World, change: SetImage) -> str:
    """Release another version, as `kubectl set image` with a change cause does."""
    path = _path(place, change.role)
    containers = (await api.get(path))["spec"]["template"]["spec"]["containers"]
    tag = place.tag(change.variant)
    image = f"{place.image(change.role)}:{tag}"
    patch = {
        "metadata": {"annotations": {manifests.CHANGE_CAUSE: f"Release {tag}: {change.cause}"}},
        "spec": {
            "template": {"spec": {"containers": [{**containers[0], "image": image}]}},
        },
    }
    await api.merge_patch(path, patch)
    return f"released {image} in deployment {_name(place, change.role)}: {change.cause}"


async def _alarm(
    record: dict[str, Any], place: world.World, alarm: RaiseAlarm, lasts: dt.timedelta
) -> None:
    now = dt.datetime.now(dt.UTC)
    alert = {
        "labels": {
            "cluster": CLUSTER,
            "alertname": alarm.alertname,
            "namespace": place.namespace,
            "service": place.services[alarm.role],
            "severity": "critical",
            "team": place.team,
            "source": "manual",
        },
        "annotations": {"summary": f"{place.services[alarm.role]} fails some of its requests"},
        "endsAt": (now + lasts).isoformat(),
    }
    async with httpx.AsyncClient(timeout=5.0, trust_env=False) as client:
        url = f"{record['alertmanager']['url']}/api/v2/alerts"
        (await client.post(url, json=[alert])).raise_for_status()


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
    }


def _note(lab: LabDir, facts: dict[str, Any]) -> None:
    line = json.dumps({"at": dt.datetime.now(dt.UTC).isoformat(), **facts})
    with lab.faults.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def _was_broken(lab: LabDir, fault: str) -> bool:
    """Say whether a fault was injected since the lab was last healed."""
    if not lab.faults.exists():
        return False
    notes = [json.loads(line) for line in lab.faults.read_text(encoding="utf-8").splitlines()]
    since = max((at for at, note in enumerate(notes) if "healed" in note), default=-1) + 1
    return any(note.get("fault") == fault for note in notes[since:])


def _admin(record: dict[str, Any]) -> Api:
    return Api(record["kubernetes"]["url"], record["kubernetes"]["tokens"]["admin"])


def _path(place: world.World, role: world.Role) -> str:
    collection = collection_path("apps/v1", "Deployment", place.namespace)
    return f"{collection}/{place.services[role]}"


def _name(place: world.World, role: world.Role) -> str:
    return f"{place.namespace}/{place.services[role]}"

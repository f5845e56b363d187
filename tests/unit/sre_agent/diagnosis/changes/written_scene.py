"""A world in which somebody wrote objects of the cluster, as a live look tells it."""

from datetime import timedelta
from typing import Any

from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations.kubernetes import ObjectList
from sre_agent.testing import evidence as build
from sre_agent.testing import object_views
from sre_agent.testing.world import World

Manifest = dict[str, Any]
OLD_S = 20 * 24 * 3600.0


def head(world: World, name: str, *, ago_s: float, made_ago_s: float = OLD_S) -> Manifest:
    """Return the head of an object that was last written so many seconds ago."""
    moments = [(world.now - timedelta(seconds=each)).isoformat() for each in (made_ago_s, ago_s)]
    return {
        "name": name,
        "namespace": world.namespace,
        "creationTimestamp": moments[0],
        "managedFields": [{"time": moments[1]}],
    }


def configmap(world: World, name: str, *, ago_s: float) -> Manifest:
    """Return a ConfigMap that is old and was written so many seconds ago."""
    return {"kind": "ConfigMap", "metadata": head(world, name, ago_s=ago_s), "data": {"a": "1"}}


def looked_at(
    world: World,
    *more: Manifest,
    reads: dict[str, str] | None = None,
    mounted: bool = False,
    sub_path: str = "",
) -> Evidence:
    """Return a look at the objects, with more of them; `reads` names the ConfigMap of each role."""
    told = object_views.objects(world)
    added = {(item["kind"], item["metadata"]["name"]) for item in more}
    kept = [item for item in told.items if (item["kind"], item["metadata"]["name"]) not in added]
    names = {world.services[role].name: given for role, given in (reads or {}).items()}
    items = tuple(
        _reading(dict(item), names, mounted=mounted, sub_path=sub_path) for item in (*kept, *more)
    )
    complete = (*told.complete, "ConfigMap", "ResourceQuota", "NetworkPolicy")
    facts: ObjectList = told.model_copy(update={"items": items, "complete": complete})
    return build.evidence("k8s-9.5", facts, world.now)


def _reading(item: Manifest, names: dict[str, str], *, mounted: bool, sub_path: str) -> Manifest:
    given = names.get(item["metadata"]["name"])
    if item["kind"] != "Deployment" or given is None:
        return item
    spec = item["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    if mounted:
        mount = {"name": "settings", "mountPath": "/etc/app", "subPath": sub_path}
        told = {
            **spec,
            "volumes": [{"name": "settings", "configMap": {"name": given}}],
            "containers": [{**container, "volumeMounts": [mount]}],
        }
    else:
        told = {
            **spec,
            "containers": [{**container, "envFrom": [{"configMapRef": {"name": given}}]}],
        }
    return {
        **item,
        "spec": {**item["spec"], "template": {**item["spec"]["template"], "spec": told}},
    }

"""Reading what a described pod or pod template asks for."""

from collections.abc import Mapping

from sre_agent.domain.cluster.pods import PodSpec, Reference, Toleration, Volume
from sre_agent.manifests.kubectl.amounts import quantity
from sre_agent.manifests.kubectl.containers import containers, init_containers
from sre_agent.manifests.kubectl.outline import Block

_REFERENCES = {"ConfigMap": ("ConfigMap", "Name"), "Secret": ("Secret", "SecretName")}


def pod_spec(block: Block) -> PodSpec:
    """Return what a pod or template asks for."""
    return PodSpec(
        containers=containers(block),
        init_containers=init_containers(block),
        volumes=tuple(_volume(item) for item in block.find("Volumes").blocks),
        node_name=block.get("Node").partition("/")[0],
        node_selector=block.find("Node-Selectors").labels(),
        tolerations=tuple(_toleration(line) for line in block.find("Tolerations").lines()),
        service_account=block.get("Service Account"),
        priority_class=block.get("Priority Class Name"),
    )


def _volume(block: Block) -> Volume:
    told = block.values()
    kind = told.get("Type", "").partition(" ")[0]
    limit = told.get("SizeLimit", "")
    return Volume(
        name=block.key,
        kind=kind,
        claim=told.get("ClaimName", ""),
        reference=_reference(kind, told),
        keys=tuple(
            line.text.partition(" -> ")[0] for line in block.find("Items").blocks if line.text
        ),
        size_limit=quantity(limit) if limit else None,
    )


def _reference(kind: str, told: Mapping[str, str]) -> Reference | None:
    if kind not in _REFERENCES:
        return None
    named, field = _REFERENCES[kind]
    return Reference(kind=named, name=told.get(field, ""), optional=told.get("Optional") == "true")


def _toleration(text: str) -> Toleration:
    """Read `key=value:Effect op=Exists for 300s`, any part of which may be missing."""
    words = text.split()
    first = words[0] if words and not words[0].startswith("op=") else ""
    operator = next((word[3:] for word in words if word.startswith("op=")), "")
    name, _, effect = first.rpartition(":") if ":" in first else (first, "", "")
    key, equals, value = name.partition("=")
    return Toleration(
        key=key,
        operator=operator or ("Equal" if equals else "Exists"),
        value=value,
        effect=effect,
    )

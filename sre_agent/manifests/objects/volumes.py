"""The volumes of a pod."""

from collections.abc import Iterator

from sre_agent.domain.cluster.pods import Reference, Volume
from sre_agent.manifests.objects.fields import Json, entries, is_set, section, text
from sre_agent.manifests.quantities import quantity

_REFERENCES = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}
_SPELT = {"nfs": "NFS", "csi": "CSI", "iscsi": "ISCSI", "rbd": "RBD"}
_ROOT_CERTIFICATES = "kube-root-ca.crt"
"""The ConfigMap that the cluster itself keeps in every namespace, for every pod."""


def volumes(spec: Json) -> tuple[Volume, ...]:
    """Return the volumes; a projected one once for each ConfigMap or Secret in it."""
    return tuple(found for item in entries(spec, "volumes") for found in _volume(item))


def _volume(item: Json) -> Iterator[Volume]:
    name = text(item, "name")
    field = next((str(key) for key in item if key != "name"), "emptyDir")
    body = section(item, field)
    if field == "projected":
        yield from _projected(name, body)
        return
    yield Volume(
        name=name,
        kind=_SPELT.get(field, field[:1].upper() + field[1:]),
        claim=text(body, "claimName"),
        reference=_reference(field, body),
        keys=_keys(body),
        size_limit=quantity(text(body, "sizeLimit")),
    )


def _projected(name: str, body: Json) -> Iterator[Volume]:
    parts = [
        Volume(
            name=name,
            kind="Projected",
            reference=Reference(
                kind=kind,
                name=text(section(source, field), "name"),
                optional=is_set(section(source, field), "optional"),
            ),
            keys=_keys(section(source, field)),
        )
        for source in entries(body, "sources")
        for field, (kind, _) in _REFERENCES.items()
        if field in source and text(section(source, field), "name") != _ROOT_CERTIFICATES
    ]
    yield from parts or [Volume(name=name, kind="Projected")]


def _reference(field: str, body: Json) -> Reference | None:
    if field not in _REFERENCES:
        return None
    kind, named = _REFERENCES[field]
    return Reference(kind=kind, name=text(body, named), optional=is_set(body, "optional"))


def _keys(body: Json) -> tuple[str, ...]:
    return tuple(text(each, "key") for each in entries(body, "items"))

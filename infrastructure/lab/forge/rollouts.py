"""What a commit of main asks of the cluster: which services it touches, and how they are to run."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import yaml

from infrastructure.lab import manifests
from infrastructure.lab.forge import commits, objects
from infrastructure.lab.forge.building import Image
from infrastructure.lab.forge.git import Git
from infrastructure.lab.forge.sources import DEPLOY, LIBRARY, SERVICES, manifest_path
from infrastructure.lab.world import Role, World

REVISION: Final = "org.opencontainers.image.revision"
SOURCE: Final = "org.opencontainers.image.source"

Manifest = dict[str, Any]


def touched(git: Git, world: World, old: str, new: str) -> list[Role]:
    """Return the services whose code or manifests are different between two commits."""
    paths = [path for change in commits.between(git, old, new) for path in _paths(change)]
    return [role for role in Role if any(_concerns(world, role, path) for path in paths)]


def _paths(change: commits.FileChange) -> Iterator[str]:
    yield change.path
    if change.previous is not None:
        yield change.previous


def _concerns(world: World, role: Role, path: str) -> bool:
    name = world.services[role]
    return path.startswith((f"{LIBRARY}/", f"{SERVICES}/{name}/")) or path == (
        f"{DEPLOY}/{name}.yaml"
    )


def declared(git: Git, world: World, role: Role, head: str) -> list[Manifest]:
    """Return the manifests of a service as a commit declares them.

    Raises:
        ValueError: when they cannot be read.
    """
    entry = objects.at(git, head, manifest_path(world, role))
    text = objects.content(git, entry.sha) if entry else b""
    try:
        return [document for document in yaml.load_all(text, Loader=yaml.CSafeLoader) if document]
    except yaml.YAMLError as error:
        raise ValueError(f"{manifest_path(world, role)}: {error}") from error


def has_template(known: list[Manifest], wanted: Manifest) -> bool:
    """Return whether a Deployment asks for the same pods as it did."""
    template = wanted["spec"]["template"]
    return any(
        each["kind"] == wanted["kind"] and each["spec"]["template"] == template for each in known
    )


def released(manifest: Manifest, image: Image, source: str, cause: str | None) -> Manifest:
    """Return a Deployment that runs an image, and says where that comes from.

    Args:
        manifest: as it is declared.
        image: what its container is to run.
        source: the URL of the repository.
        cause: why it is rolled out; None leaves what it says of that.
    """
    template = manifest["spec"]["template"]
    containers = [{**each, "image": image.name} for each in template["spec"]["containers"]]
    origin = {"annotations": {REVISION: image.sha, SOURCE: source}} if image.sha else {}
    metadata = {**template["metadata"], **origin}
    annotations = dict(manifest["metadata"].get("annotations") or {})
    annotations.pop(manifests.CHANGE_CAUSE, None)
    if cause is not None:
        annotations[manifests.CHANGE_CAUSE] = cause
    spec = {**template["spec"], "containers": containers}
    return {
        **manifest,
        "metadata": {**manifest["metadata"], "annotations": annotations},
        "spec": {**manifest["spec"], "template": {"metadata": metadata, "spec": spec}},
    }


def image_of(deployment: Manifest) -> str:
    """Return what the one container of a Deployment runs; empty when it is no Deployment."""
    with contextlib.suppress(KeyError, IndexError, TypeError):
        return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
    return ""

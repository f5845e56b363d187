"""Changes of one container in a deployment's pod template: resources, image, a variable."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.figures import Figure
from mcp_servers.kubernetes import images, sizes, variables
from mcp_servers.kubernetes.alterations import (
    Alteration,
    Inverse,
    merge_patch,
    require_rolling,
    warn_of_waiting,
)
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section, text
from mcp_servers.kubernetes.quantities import number

_SAME = "nothing changes: it is so already"


def set_resources(deployment: Json, container: str, wanted: Mapping[str, str]) -> Alteration:
    """Return the change of a container's limits and requests.

    `wanted` maps `memory_limit`, `memory_request`, `cpu_limit` and `cpu_request` to quantities.

    Raises:
        RefusedError: `invalid_arguments`: a quantity is none, or a request would exceed its limit.
    """
    if not wanted:
        raise RefusedError("invalid_arguments", f"say at least one of {', '.join(sizes.PLACES)}")
    before = section(container_of(deployment, container), "resources")
    after = {**before}
    for name, quantity in wanted.items():
        group, resource = sizes.PLACES[name]
        sizes.require(name, quantity)
        after[group] = {**section(after, group), resource: quantity}
    sizes.require_requests_within_limits(after)
    figures = sizes.figures(before, after)
    said = ", ".join(f"{name} {quantity}" for name, quantity in sorted(wanted.items()))
    alteration = edit(
        deployment,
        container,
        {"resources": after},
        detail=f"set {said} of container {container}",
        warnings=(
            *(_lowered(figure) for figure in figures if _is_lowered(figure)),
            *_reserved(before, after),
        ),
        figures=figures,
    )
    return undone_by(_former_sizes(container, before, wanted), alteration)


def set_image(deployment: Json, container: str, image: str) -> Alteration:
    """Return the change of a container's image to another version of the same repository.

    Raises:
        RefusedError: `invalid_arguments`: it is no image, names no version, or is of another
            repository.
    """
    before = text(container_of(deployment, container), "image")
    images.require_other_version(before, image)
    warnings = () if images.is_pinned(image) else (f"{image} may be another image tomorrow",)
    alteration = edit(
        deployment,
        container,
        {"image": image},
        detail=f"set the image of container {container} from {before} to {image}",
        warnings=warnings,
    )
    former = Inverse("set_image", {"container": container, "image": before})
    return undone_by(former if images.names_version(before) else None, alteration)


def set_env(deployment: Json, container: str, variable: str, value: str) -> Alteration:
    """Return the setting of a plain variable of a container.

    Raises:
        RefusedError: `invalid_arguments` or `forbidden`: the variable may hold a secret, decides
            which code runs, or takes its value from elsewhere; the value is not plain.
    """
    variables.require_plain(variable, value)
    declared = container_of(deployment, container)
    listed = variables.with_value(entries(declared, "env"), variable, value)
    return edit(
        deployment,
        container,
        {"env": listed},
        detail=f"set variable {variable} of container {container}",
        warnings=variables.overridden(declared, variable),
    )


def edit(
    deployment: Json,
    container: str,
    changed: Json,
    *,
    detail: str,
    warnings: tuple[str, ...] = (),
    figures: tuple[Figure, ...] = (),
) -> Alteration:
    """Return the patch that replaces one container; the others stay as they are.

    Raises:
        RefusedError: `forbidden`: the rollout is paused.
    """
    require_rolling(deployment)
    live = section(deployment, "spec", "template")
    containers = [
        {**each, **changed} if each.get("name") == container else each
        for each in entries(live, "spec", "containers")
    ]
    template = {**live, "spec": {**section(live, "spec"), "containers": containers}}
    patch = merge_patch(live, template)
    same = () if patch else (_SAME,)
    return Alteration(
        patch={"spec": {"template": patch}},
        detail=detail,
        warnings=(*warn_of_waiting(deployment), *warnings, *same),
        figures=figures,
    )


def undone_by(inverse: Inverse | None, alteration: Alteration) -> Alteration:
    """Return a container's alteration with what takes it back, if it changes anything at all."""
    return replace(alteration, inverse=inverse if alteration.patch["spec"]["template"] else None)


def _former_sizes(container: str, before: Json, wanted: Mapping[str, str]) -> Inverse | None:
    """Return the way back to the sizes there were; None where there were none, which no tool sets."""
    former = {
        name: section(before, sizes.PLACES[name][0]).get(sizes.PLACES[name][1]) for name in wanted
    }
    if any(value is None for value in former.values()):
        return None
    sized = {name: str(value) for name, value in former.items()}
    return Inverse("set_resources", {"container": container, **sized})


def container_of(deployment: Json, name: str) -> Json:
    """Return a container as a workload's pod template declares it.

    Raises:
        RefusedError: `not_found`: there is none of that name.
    """
    containers: list[Any] = entries(deployment, "spec", "template", "spec", "containers")
    for declared in containers:
        if declared.get("name") == name:
            found: Json = declared
            return found
    known = ", ".join(text(each, "name") for each in containers)
    raise RefusedError("not_found", f"there is no container {name!r}; there is {known}")


def _reserved(before: Json, after: Json) -> Iterator[str]:
    """Yield a warning for each raised limit that is reserved on a node, because no request is set."""
    for resource in ("memory", "cpu"):
        limits = [section(each, "limits").get(resource) for each in (before, after)]
        old, new = (number(each) for each in limits)
        is_raised = old is not None and new is not None and new > old
        if is_raised and section(after, "requests").get(resource) is None:
            yield (
                f"there is no {resource} request, so that the limit counts as one: a node needs "
                f"{limits[1]} free where {limits[0]} were enough"
            )


def _is_lowered(figure: Figure) -> bool:
    if figure.after is None or not re.search("_limit_", figure.name):
        return False
    return figure.before is None or figure.after < figure.before


def _lowered(figure: Figure) -> str:
    before = "no limit" if figure.before is None else str(figure.before)
    return f"{figure.name} becomes less: {before} -> {figure.after}"

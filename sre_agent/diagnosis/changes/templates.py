"""A release as a patch: which settings of its pods are others, where the image is the same."""

import re

from sre_agent.diagnosis.changes.releases import FOR_PEOPLE, Release
from sre_agent.domain.changes import Commit
from sre_agent.domain.observations.kubernetes import TemplateChange

_VARIABLE = re.compile(r"\.env\[(?P<name>[^\]]+)\]$")
_CONTAINER = re.compile(r"^(?:initContainers|containers)\[[^\]]*\]\.")


def has_another_image(release: Release) -> bool:
    """Return whether other code runs: what that does, no template tells."""
    return any(change.path.endswith(".image") for change in release.revision.changes)


def is_for_people(release: Release) -> bool:
    """Return whether nothing but labels and annotations of the pods are others."""
    changes = release.revision.changes
    return bool(changes) and all(change.path.startswith(FOR_PEOPLE) for change in changes)


def settings(release: Release) -> tuple[TemplateChange, ...]:
    """Return what a release changed that programs can see."""
    return tuple(item for item in release.revision.changes if not item.path.startswith(FOR_PEOPLE))


def commit(release: Release) -> Commit:
    """Return the settings that a release changed, as the commit that would have changed them."""
    return Commit(
        sha=release.revision.replicaset,
        at_s=release.started_at.timestamp(),
        message=release.revision.change_cause,
        paths=(f"deploy/{release.object.name}.yaml",),
        diff="\n".join(line for item in settings(release) for line in _lines(item)),
        source=release.evidence_ids[0],
    )


def _lines(change: TemplateChange) -> list[str]:
    """Return a change as lines of a patch; the container's name says nothing of what it does."""
    named = _VARIABLE.search(change.path)
    what = named["name"] if named else _CONTAINER.sub("", change.path)
    sides = (("-", change.before), ("+", change.after))
    return [f"{sign}{what}: {value}" for sign, value in sides if value is not None]

"""What each writing tool would alter on a workload: computed here, carried out elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mcp_servers.common import canonical
from mcp_servers.common.clock import rfc3339
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.figures import Figure
from mcp_servers.kubernetes import rollouts
from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import count, section, text
from mcp_servers.kubernetes.template_changes import changes, sentence

_NAMING = ("kind", "namespace", "name")
"""The arguments by which a call names its object."""

RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"
_ON_DELETE = "a pod changes only when it is deleted: so says the update strategy"
_IN_ORDER = (
    "pods are replaced one after the other, and one that is not ready keeps the others waiting: it "
    "may have to be deleted by hand"
)
_PAUSED = "the rollout is paused: resume it first, because until then no pod would change"


@dataclass(frozen=True, slots=True)
class Inverse:
    """The call that would take an alteration back, which names its object as the call itself did."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def dump(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return it as an answer has it, given the arguments of the call that it takes back."""
        named = {key: asked[key] for key in _NAMING if key in asked}
        return {"tool": self.tool, "arguments": {**named, **self.arguments}}


@dataclass(frozen=True, slots=True)
class Alteration:
    """A JSON merge patch, what it does in words, and what the approver ought to know.

    `figures` are the numbers that policy may bound. `momentary` names annotations of the pod
    template whose values differ from try to try. `inverse` is known where the live object tells all
    that it takes.
    """

    patch: Json
    detail: str
    warnings: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    momentary: frozenset[str] = frozenset()
    inverse: Inverse | None = None

    def result_sha256(self, workload: Json) -> str:
        """Return the hash of the declaration that the patch makes of a live deployment's."""
        after = merged(workload, self.patch)
        metadata = section(after, "spec", "template", "metadata")
        annotations = section(metadata, "annotations")
        kept = {key: value for key, value in annotations.items() if key not in self.momentary}
        template = {
            **section(after, "spec", "template"),
            "metadata": {**metadata, "annotations": kept},
        }
        return canonical.sha256({**section(after, "spec"), "template": template})


def rollback(
    workload: Json, replicasets: Sequence[Json], to_revision: int, grant_id: str
) -> Alteration:
    """Return the way back to an earlier revision's pod template.

    Raises:
        RefusedError: `forbidden`: the rollout is paused; `not_found`: the revision is not kept.
    """
    require_rolling(workload)
    wanted = rollouts.template_at(replicasets, to_revision)
    live = section(workload, "spec", "template")
    current = rollouts.current_of(workload, replicasets)
    cause = f"rollback to revision {to_revision} by grant {grant_id}"
    warnings = warn_of_waiting(workload)
    if current == to_revision or not changes(live, wanted):
        warnings = (*warnings, f"revision {to_revision} is already current")
    return Alteration(
        patch={
            "metadata": {"annotations": {rollouts.CHANGE_CAUSE: cause}},
            "spec": {"template": merge_patch(live, wanted)},
        },
        detail=f"rolled back from revision {current} to revision {to_revision}",
        warnings=warnings,
        inverse=Inverse("rollback_rollout", {"to_revision": current}) if current else None,
    )


def restart(workload: Json, now: datetime) -> Alteration:
    """Return the replacement of every pod, by a new mark on the pod template.

    Raises:
        RefusedError: `forbidden`: the rollout is paused.
    """
    require_rolling(workload)
    annotations = {RESTARTED_AT: rfc3339(now.replace(microsecond=0))}
    return Alteration(
        patch={"spec": {"template": {"metadata": {"annotations": annotations}}}},
        detail="restarted: every pod is replaced",
        warnings=warn_of_waiting(workload),
        momentary=frozenset({RESTARTED_AT}),
    )


def scale(workload: Json, replicas: int, warnings: tuple[str, ...] = ()) -> Alteration:
    """Return the change of the number of pods; `warnings` are what else there is to know."""
    before = rollouts.replicas_of(workload).desired
    same = (f"it already has {replicas} replicas",) if before == replicas else ()
    return Alteration(
        patch={"spec": {"replicas": replicas}},
        detail=f"scaled from {before} to {replicas} replicas",
        warnings=(*same, *warnings),
        figures=(Figure(name="replicas", before=before, after=replicas),),
        inverse=Inverse("scale_workload", {"replicas": before}) if before else None,
    )


def pause(workload: Json) -> Alteration:
    """Return the pause of a rollout: what is declared from now on waits until it is resumed."""
    is_so = bool(section(workload, "spec").get("paused"))
    return Alteration(
        patch={"spec": {"paused": True}},
        detail="paused: pods stay as they are until the rollout is resumed",
        warnings=("it is paused already",) if is_so else (),
        inverse=None if is_so else Inverse("resume_rollout"),
    )


def resume(workload: Json) -> Alteration:
    """Return the end of a pause: what was declared meanwhile is rolled out.

    Raises:
        RefusedError: `forbidden`: the rollout is not paused.
    """
    if not section(workload, "spec").get("paused"):
        raise RefusedError("forbidden", "the rollout is not paused: there is nothing to resume")
    return Alteration(
        patch={"spec": {"paused": None}},
        detail="resumed: what was declared meanwhile is rolled out",
        warnings=("what was declared while it was paused reaches pods now",),
        inverse=Inverse("pause_rollout"),
    )


def merge_patch(before: Json, after: Json) -> Json:
    """Return the JSON merge patch (RFC 7386) that makes `before` into `after`; null is absence."""
    old = {key: value for key, value in before.items() if value is not None}
    new = {key: value for key, value in after.items() if value is not None}
    patch: dict[str, Any] = dict.fromkeys(old.keys() - new.keys())
    for key, value in new.items():
        earlier = old.get(key)
        if isinstance(value, dict) and isinstance(earlier, dict):
            if inner := merge_patch(earlier, value):
                patch[key] = inner
        elif value != earlier:
            patch[key] = value
    return patch


def merged(target: Json, patch: Json) -> Json:
    """Return what a JSON merge patch (RFC 7386) makes of an object."""
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            inner = result.get(key)
            result[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[key] = value
    return result


def differences(before: Json, after: Json) -> tuple[str, ...]:
    """Return in words how a workload's declaration differs, first the replicas."""
    old, new = section(before, "spec"), section(after, "spec")
    found = [
        f"{key}: {str(old.get(key)).lower()} -> {str(new.get(key)).lower()}"
        for key in ("replicas", "paused")
        if old.get(key) != new.get(key)
    ]
    templates = changes(section(old, "template"), section(new, "template"))
    return (*found, *(sentence(change) for change in templates))


def require_rolling(workload: Json) -> None:
    """Refuse a change of the template that would reach no pod, because a person paused the rollout.

    Raises:
        RefusedError: `forbidden`.
    """
    if section(workload, "spec").get("paused"):
        raise RefusedError("forbidden", _PAUSED)


def warn_of_waiting(workload: Json) -> tuple[str, ...]:
    """Return the warnings that a change of the template waits, or does not reach every pod."""
    if section(workload, "spec", "updateStrategy").get("type") == "OnDelete":
        return (_ON_DELETE,)
    return _warn_of_order(workload)


def _warn_of_order(workload: Json) -> tuple[str, ...]:
    """Return what a StatefulSet's numbering of its pods means for a change of its template."""
    spec, replicas = section(workload, "spec"), rollouts.replicas_of(workload)
    first = count(section(spec, "updateStrategy", "rollingUpdate"), "partition")
    name = text(section(workload, "metadata"), "name")
    partition = (f"only pods from {name}-{first} on change: so says the partition",)
    is_stuck = spec.get("podManagementPolicy") == "OrderedReady" and (
        replicas.ready < replicas.desired
    )
    return (*(partition if first else ()), *((_IN_ORDER,) if is_stuck else ()))

"""Containers that may not use, or have filled, the volumes they are given."""

import re
from collections.abc import Iterator

from sre_agent.diagnosis import weights
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.kubernetes.proposing import Ids, cause
from sre_agent.diagnosis.kubernetes.view import View
from sre_agent.domain.cluster.pods import ContainerSpec, Mount, PodSpec
from sre_agent.domain.cluster.snapshot import ContainerLog
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.objects import ObjectRef

_KINDS = (
    (
        re.compile(r"permission denied|\bEACCES\b|read-only file ?system|\bEROFS\b", re.IGNORECASE),
        FaultClass.VOLUME_PERMISSION_DENIED,
        "may not use",
    ),
    (
        re.compile(r"no space left on device|\bENOSPC\b|disk (?:is )?full", re.IGNORECASE),
        FaultClass.VOLUME_FULL,
        "has filled",
    ),
)
_NOT_OF_A_VOLUME = re.compile(
    r"\bbind\b|\blisten|socket|publickey|\bexec\b|starting container process|/proc/|/sys/|"
    r"permission denied for (?:table|database|schema|relation)|\bhttp\b|\brpc\b|token",
    re.IGNORECASE,
)
_GIVEN = frozenset({"configmap", "secret", "projected", "downwardapi"})
_PATH = re.compile(r"(?<![\w.])/[\w./-]+")


def analyze(view: View) -> Iterator[Hypothesis]:
    """Suspect the volumes of containers that fail and say that they cannot use a file."""
    for owner, logs in view.logs_of.items():
        workload = view.workloads.get(owner)
        pods = view.pods_of.get(owner, ())
        spec = workload.template if workload else next((pod.spec for pod in pods), None)
        ill = [pod for pod in pods if not pod.ready and pod.phase != "Succeeded"]
        if spec is None or not ill:
            continue
        sources = tuple(pod.meta.source for pod in ill)
        for log in logs:
            yield from _complaints(owner, spec, log, sources)


def _complaints(
    owner: ObjectRef, spec: PodSpec, log: ContainerLog, sources: Ids
) -> Iterator[Hypothesis]:
    mounts = [mount for item in _containers(spec, log) for mount in _kept(spec, item)]
    if not mounts:
        return
    for pattern, fault, verb in _KINDS:
        line = next((line for line in reversed(log.lines) if _is_meant(pattern, line)), None)
        if line is None:
            continue
        mount = _mount_of(line, mounts)
        shown = mount or mounts[0]
        elsewhere = weights.HINT if _PATH.search(line) else weights.POD_STATE
        weight = weights.CLUSTER_SAYS_AND_SHOWS if mount else elsewhere
        yield cause(
            Suspect(fault, owner),
            f"storage.{fault.value}",
            weight,
            f"{owner} {verb} volume {shown.volume} at {shown.path}: {line.strip()}",
            (log.source, *sources),
            volume=shown.volume,
        )


def _is_meant(pattern: re.Pattern[str], line: str) -> bool:
    return bool(pattern.search(line)) and not _NOT_OF_A_VOLUME.search(line)


def _containers(spec: PodSpec, log: ContainerLog) -> tuple[ContainerSpec, ...]:
    every = (*spec.init_containers, *spec.containers)
    return tuple(item for item in every if item.name == log.container) or every


def _kept(spec: PodSpec, container: ContainerSpec) -> Iterator[Mount]:
    """Return the mounts that a container may want to write to."""
    given = {volume.name for volume in spec.volumes if volume.kind.lower() in _GIVEN}
    for mount in container.mounts:
        if mount.volume not in given and not mount.volume.startswith("kube-api-access"):
            yield mount


def _mount_of(line: str, mounts: list[Mount]) -> Mount | None:
    paths = _PATH.findall(line)
    return next((item for item in mounts for path in paths if path.startswith(item.path)), None)

"""How much memory a container may use, might use before, and was seen to use."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sre_agent.diagnosis import changes
from sre_agent.diagnosis.changes import Release
from sre_agent.diagnosis.hypothesis import Fact
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.objects import ObjectRef

_SCALES = {
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}


@dataclass(frozen=True)
class Cut:
    """A release that changed a memory limit; None stands for no limit."""

    release: Release
    before: int | None
    after: int | None

    @property
    def is_lower(self) -> bool:
        """Return whether less may be used than before; no limit is more than any."""
        return self.after is not None and (self.before is None or self.after < self.before)


def facts(
    situation: Situation, ref: ObjectRef, container: str, blamed: Release | None = None
) -> dict[str, Fact]:
    """Return what a planner needs to choose another limit, in bytes; what is unknown is left out.

    A lower limit that was enough until a later release, the one to be `blamed`, is not what is wrong.
    """
    limit = _limit(situation, ref, container)
    cut = last_cut(situation, ref, container)
    was_enough = cut and blamed and cut.release.revision.number < blamed.revision.number
    lowered = None if was_enough else cut
    found: dict[str, Fact] = {
        "memory_limit_bytes": limit,
        "memory_limit_before_bytes": lowered.before if lowered else None,
        "limit_lowered": lowered is not None,
        "memory_peak_bytes": _peak(situation, ref, limit, cut),
    }
    return {name: value for name, value in found.items() if value is not None}


def last_cut(situation: Situation, ref: ObjectRef, container: str) -> Cut | None:
    """Return the lowering of a container's memory limit that is still in force, if any."""
    for release in changes.releases(situation.case, ref):
        for cut in _cuts(release, container):
            return cut if cut.is_lower else None
    return None


def _cuts(release: Release, container: str) -> Iterator[Cut]:
    path = f"containers[{container}].resources.limits.memory"
    for change in release.revision.changes:
        if change.path == path:
            yield Cut(release, size_bytes(change.before), size_bytes(change.after))


def size_bytes(quantity: str | None) -> int | None:
    """Return a quantity of memory as Kubernetes writes it (`64Mi`, `1G`, `1048576`) in bytes."""
    text = (quantity or "").strip()
    scale = next((text[-size:] for size in (2, 1) if text[-size:] in _SCALES), "")
    try:
        value = Decimal(text.removesuffix(scale)) * _SCALES.get(scale, 1)
    except InvalidOperation:
        return None
    return int(value) if value.is_finite() and value > 0 else None


def _limit(situation: Situation, ref: ObjectRef, container: str) -> int | None:
    seen = situation.case.workloads.get(ref)
    declared = seen.fact.containers if seen else ()
    return next((item.limits.memory_bytes for item in declared if item.name == container), None)


def _peak(situation: Situation, ref: ObjectRef, limit: int | None, cut: Cut | None) -> int | None:
    """Return the most that was in use: what was killed at its limit used all of it at least.

    The signals tell shares of the limit that was in force at the time.
    """
    seen = situation.case.signals.get(ref)
    signal = seen.fact.total.saturation if seen else None
    sizes = [limit or 0]
    for point in signal.points if signal else ():
        is_before = cut is not None and point.at < cut.release.started_at
        in_force = cut.before if cut and is_before else limit
        sizes.append(int(point.value * (in_force or 0)))
    return max(sizes) or None

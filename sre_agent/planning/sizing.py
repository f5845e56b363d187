"""How much memory a container should have that was killed for using too much."""

from collections.abc import Mapping

from sre_agent.domain.causes import Cause
from sre_agent.domain.faults import FaultClass

ROOM = 1.5
"""The new limit is so many times the most that was seen in use..."""
LEAST_ROOM = 1.2
"""...and at least so many times, where the bound below leaves no more."""
MOST = 2
"""More than so many times the present limit is not for a program to give."""
KIB = 1024
MIB = 1024 * KIB
STEP_BYTES = 16 * MIB

Fact = str | int | float | bool | None


def with_memory(cause: Cause) -> Cause:
    """Return the cause with the limit to set among its facts, where it ran out of memory.

    There is none when the present limit is not known, or when only more than twice the present
    limit would do: nobody knows then whether twice is enough.
    """
    limit = _bytes(cause.facts, "memory_limit_bytes")
    if cause.fault_class is not FaultClass.OUT_OF_MEMORY or limit is None:
        return cause
    wanted, why = _wanted(cause.facts, limit)
    known: dict[str, Fact] = {"memory_limit_now": quantity(limit)}
    if limit < wanted <= MOST * limit:
        known |= {"memory_limit_new": quantity(wanted), "memory_limit_why": why}
    return cause.model_copy(update={"facts": {**cause.facts, **known}})


def quantity(size_bytes: int) -> str:
    """Return a size as Kubernetes writes it, in the largest unit that is exact."""
    for unit_bytes, unit in ((MIB, "Mi"), (KIB, "Ki")):
        if size_bytes % unit_bytes == 0:
            return f"{size_bytes // unit_bytes}{unit}"
    return str(size_bytes)


def _wanted(facts: Mapping[str, Fact], limit: int) -> tuple[int, str]:
    """Return the limit that would do, and why."""
    before = _bytes(facts, "memory_limit_before_bytes")
    seen = _bytes(facts, "memory_peak_bytes") or 0
    is_lowered = bool(facts.get("limit_lowered")) and before is not None and before > limit
    if is_lowered and before and (before <= MOST * limit or seen <= limit):
        return before, f"it was {quantity(before)} before it was lowered"
    # Killed at its limit, it needed that much at least, whatever the samples caught.
    peak = max(seen, limit)
    rounded = -(-int(ROOM * peak) // STEP_BYTES) * STEP_BYTES
    is_enough = MOST * limit >= LEAST_ROOM * peak
    wanted = min(rounded, MOST * limit) if is_enough else rounded
    return wanted, f"{quantity(peak)} were needed at least, and room was added"


def _bytes(facts: Mapping[str, Fact], name: str) -> int | None:
    value = facts.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return int(value)

"""Which node's slow network would explain who is slow: calls that cross its boundary suffer."""

from collections.abc import Collection, Mapping

from sre_agent.diagnosis.kubernetes.performance.slowness import Calls, Slow

Places = Mapping[str, Collection[str]]
"""The nodes on which each workload runs."""


def suspects(
    slowed: Collection[Slow], waiting: Collection[str], calls: Calls, places: Places
) -> dict[str, float]:
    """Return for each node how well its network explains who is slow by itself, from -1 to 1.

    The share of the delay whose workloads talk across the node's boundary, without the share of
    those that do so too and neither are slow nor wait for somebody who is.
    """
    whole = sum(item.own_s for item in slowed)
    calm = [name for name in sorted(places) if name not in waiting]
    found: dict[str, float] = {}
    for node in sorted({node for nodes in places.values() for node in nodes}):
        feels = [name for name in sorted(places) if _crosses(name, node, calls, places)]
        hit = sum(item.own_s for item in slowed if item.entity in feels)
        spared = sum(name in feels for name in calm)
        found[node] = hit / whole - spared / max(len(calm), 1) if whole else 0.0
    return found


def _crosses(name: str, node: str, calls: Calls, places: Places) -> bool:
    """Return whether a workload is called across a node's boundary, or calls across it."""
    here = node in places.get(name, ())
    callees = [callee for callee in calls.get(name, ()) if callee in places]
    callers = [caller for caller in places if name in calls.get(caller, ())]
    if here and not callers:
        return True
    return any((node in places[other]) != here for other in (*callees, *callers))

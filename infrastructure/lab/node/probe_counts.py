"""How often each probe was asked and with what result, under the kubelet's name."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from infrastructure.lab.node.exposition import Family, counter


class Probed(NamedTuple):
    """One probe of one container of one pod."""

    namespace: str
    pod: str
    uid: str
    container: str
    kind: str
    """`startup`, `readiness` or `liveness`."""


class ProbeCounts:
    """Counts the answers of all probes."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Probed, str]] = Counter()

    def add(self, probed: Probed, *, is_ok: bool) -> None:
        """Count one answer."""
        self._counts[probed, "successful" if is_ok else "failed"] += 1

    def forget_pod(self, uid: str) -> None:
        """Drop the counts of a pod that is gone."""
        for key in [key for key in self._counts if key[0].uid == uid]:
            del self._counts[key]

    def families(self) -> list[Family]:
        """Return the counts as the kubelet tells them."""
        return [
            counter(
                "prober_probe_total",
                "Cumulative number of a liveness, readiness or startup probe for a container by"
                " result.",
                (
                    (_labels(probed, result), count)
                    for (probed, result), count in sorted(self._counts.items())
                ),
            )
        ]


def _labels(probed: Probed, result: str) -> dict[str, str]:
    return {
        "container": probed.container,
        "namespace": probed.namespace,
        "pod": probed.pod,
        "pod_uid": probed.uid,
        "probe_type": probed.kind.capitalize(),
        "result": result,
    }

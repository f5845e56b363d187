"""The alerts of one failure with the topology they were raised on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sre_agent.domain.telemetry import AlertSignal


@dataclass(frozen=True)
class Stream:
    """What detectors raised during one failure.

    `entities` are the instances that may have failed, `edges` who speaks with whom, as positions in
    `entities`; `hosts` is where instances run, as far as known.
    """

    entities: tuple[str, ...]
    signals: tuple[AlertSignal, ...]
    edges: frozenset[tuple[int, int]] = frozenset()
    hosts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PastFailure:
    """A failure whose cause was verified: the one form in which past incidents teach.

    A platform's own memory and a benchmark's history both come as this. `culprit` is the instance
    that had failed, `fault` how, if that was told; `incident_id` names the incident to people.
    """

    stream: Stream
    culprit: str
    fault: str = ""
    incident_id: str = ""

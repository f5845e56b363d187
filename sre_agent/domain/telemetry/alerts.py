"""What a detector raised: on which instance, by which signal, in which direction."""

from dataclasses import dataclass
from enum import StrEnum

from sre_agent.domain.ids import NO_EVIDENCE, EvidenceId


class AlertKind(StrEnum):
    """Which kind of telemetry an alert was raised on."""

    METRIC = "metric"
    TRACE = "trace"
    LOG = "log"


SLOW = "slow"
"""The direction of an alert about calls that take too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSignal:
    """One alert of a failure's stream.

    `entity` is the instance that it is about; `host` the machine it ran on, where that was told. A
    trace alert is about a call: `caller` made it. `name` is the metric, the operation or the log
    template; `direction` is up or down, and of a call SLOW or the code it failed with. `at_s` is seconds
    since the epoch, None where the stream is not timed.
    """

    kind: AlertKind
    entity: str
    name: str
    direction: str = ""
    caller: str = ""
    host: str = ""
    at_s: float | None = None
    source: EvidenceId = NO_EVIDENCE

"""Weighing suspects by the stream of alerts, where there are so many that none tells by itself.

The numbers hold of any system and were fitted on storms of detectors' alerts. A few alerts are
better read one by one, as the other rules do. What alerts say is a symptom: it counts with the
others, under their cap.
"""

import math
from collections.abc import Callable, Iterator, Mapping

from sre_agent.diagnosis import alert_streams, weights
from sre_agent.diagnosis.alert_streams import Stream, Suspected
from sre_agent.diagnosis.hypothesis import Hypothesis, Suspect
from sre_agent.diagnosis.incident import alert_stream
from sre_agent.diagnosis.incident.situation import Situation
from sre_agent.domain.causes import Finding
from sre_agent.domain.telemetry import AlertKind, AlertSignal

FEWEST_SIGNALS = 12
"""Fewer are no storm."""
FEWEST_ENTITIES = 3
SURE = 10.0
"""So many times as likely as any other instance (or less likely) is all that alerts can say."""
LEAST = 0.1
"""What leaves the odds nearly as they were is not worth a word."""
SHOWN = 3
SHOWN_CHARACTERS = 60

Weigh = Callable[[Situation, Hypothesis], Iterator[Finding]]


def weigher(situation: Situation) -> Weigh:
    """Return what weighs suspects by the alerts of a situation, which are read once."""
    stream = alert_stream.of(situation)
    ranked = _ranked(stream)

    def weigh(_: Situation, hypothesis: Hypothesis) -> Iterator[Finding]:
        """Speak for a suspect from which the alerts seem to come, against one that echoes them."""
        found = ranked.get(str(hypothesis.object))
        if found is None:
            return
        share = lean(found.probability, len(stream.entities))
        if abs(share) < LEAST:
            return
        suspect = Suspect(hypothesis.fault_class, hypothesis.object)
        speak, word = (
            (suspect.speaks_for, "fit") if share > 0 else (suspect.speaks_against, "hardly fit")
        )
        shown = _shown(stream, found.entity)
        yield speak(
            "alerts.stream",
            weights.ALERT_STREAM * abs(share),
            f"the {len(stream.signals)} alerts of {_troubled(stream)} workloads {word} a failure "
            f"that began in {hypothesis.object.name}" + (f" ({shown})" if shown else ""),
            [id_ for id_ in found.evidence_ids if id_] or hypothesis.findings[0].evidence_ids,
        )

    return weigh


def lean(probability: float, among: int) -> float:
    """Return how far a probability leans from that of all alike, from -1 to 1.

    Args:
        probability: of one instance.
        among: how many instances there are, two at least.
    """
    ratio = math.log(max(probability, 1e-9) * among) / math.log(SURE)
    return max(-1.0, min(ratio, 1.0))


def _ranked(stream: Stream) -> Mapping[str, Suspected]:
    if len(stream.signals) < FEWEST_SIGNALS or _troubled(stream) < FEWEST_ENTITIES:
        return {}
    return {item.entity: item for item in alert_streams.rank(stream)}


def _troubled(stream: Stream) -> int:
    return len({signal.entity for signal in stream.signals})


def _shown(stream: Stream, entity: str) -> str:
    own = [_word(item) for item in stream.signals if item.entity == entity]
    more = f" and {len(own) - SHOWN} more" if len(own) > SHOWN else ""
    return ", ".join(own[:SHOWN]) + more


def _word(signal: AlertSignal) -> str:
    if signal.kind is AlertKind.TRACE:
        return f"{signal.name} of {signal.caller.rpartition('/')[-1]} {signal.direction}"
    return " ".join((signal.name[:SHOWN_CHARACTERS], signal.direction)).strip()

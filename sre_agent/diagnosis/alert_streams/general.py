"""What holds of any system: how much each number of an instance says of its guilt.

A conditional logit over few numbers that know no name. They were chosen, and their weights fitted,
so that what two systems teach serves a third that was not looked at; the command in
`docs/diagnosis.md` fits them anew.
"""

from collections.abc import Mapping

import numpy as np

from sre_agent.diagnosis.alert_streams import boosting, features
from sre_agent.diagnosis.alert_streams.stream import Stream
from sre_agent.domain.telemetry import Floats

WEIGHTS: Mapping[str, float] = {
    "share memory up": 3.58,
    "beyond others latency up": 0.71,
    "beyond others network down": 2.06,
    "beyond others traffic down": 2.33,
    "count caller slow": -0.97,
    "share self slow": 3.77,
    "count callee failed": -0.40,
    "beyond others memory down": 0.89,
    "share of rises": 2.26,
    "beyond others errors down": -0.96,
    "beyond others other up": 2.75,
}
_COLUMNS = np.array([WEIGHTS.get(name, 0.0) for name in features.FEATURES])


def probabilities(stream: Stream) -> Floats:
    """Return the probability of each entity of a stream, shape (entities,)."""
    scores = features.table(stream) @ _COLUMNS
    return boosting.softmax(scores, np.zeros(len(scores), dtype=np.int64))


def contributions(row: Floats) -> list[tuple[str, float]]:
    """Return what speaks for an instance, by the names of its numbers, the strongest first."""
    found = zip(features.FEATURES, (row * _COLUMNS).tolist(), strict=True)
    return sorted((item for item in found if item[1] > 0), key=lambda item: (-item[1], item[0]))

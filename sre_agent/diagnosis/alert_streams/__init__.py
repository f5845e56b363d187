"""Which instance failed, from the alerts of a failure and the topology; past failures sharpen it."""

from sre_agent.diagnosis.alert_streams.learned import Model, fit
from sre_agent.diagnosis.alert_streams.ranking import Suspected, rank
from sre_agent.diagnosis.alert_streams.stream import PastFailure, Stream

__all__ = ["Model", "PastFailure", "Stream", "Suspected", "fit", "rank"]

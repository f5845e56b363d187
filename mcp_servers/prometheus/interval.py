"""How often a series gets a sample."""

from datetime import datetime
from itertools import pairwise
from statistics import median

from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.promql import Matcher, Selector, duration

LOOKBACK_S = 600.0
"""How far back samples are looked at: enough for two at the slowest usual pace."""

DEFAULT_S = 15.0
"""What is assumed while there are not two samples to compare."""


async def sample_interval_s(api: Api, selector: Selector, at: datetime) -> float | None:
    """Return the usual distance of two samples of some series in seconds, or None.

    Samples are looked at, and not the list of targets: that also holds for what is not scraped
    here (federated, remote, long gone), and a list of targets may have many megabytes.
    """
    lookback = duration(LOOKBACK_S)
    one = await api.instant(f"topk(1, last_over_time({selector}[{lookback}]))", at)
    if not one.data["result"]:
        return None
    labels = dict(one.data["result"][0]["metric"])
    name = labels.pop("__name__", selector.metric)
    exactly = Selector(name, tuple(Matcher(label, "=", value) for label, value in labels.items()))
    raw = await api.instant(f"{exactly}[{lookback}]", at)
    moments = [float(pair[0]) for row in raw.data["result"][:1] for pair in row.get("values", ())]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    return _tidy(median(gaps)) if gaps else None


def _tidy(seconds: float) -> float:
    """Return a whole number of seconds where the jitter of scraping hides one."""
    return float(round(seconds)) if seconds >= 0.9 else round(seconds, 1)

"""What the names of alerts tell, as the common rule sets write them."""

import re

_ABOUT_TARGETS = re.compile(r"target|scrape|(?:instance|exporter)_?down", re.IGNORECASE)


def is_about_targets(name: str) -> bool:
    """Return whether an alert speaks of what Prometheus scrapes, and not of requests served."""
    return bool(_ABOUT_TARGETS.search(name))

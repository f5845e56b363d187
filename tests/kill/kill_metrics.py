"""As much of Prometheus as one incident asks: a service that serves, and its alerts."""

import re
import time
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

COUNTER = "http_requests_total"
RATE = "5"
_NAMESPACE = re.compile(r'namespace="([^"]+)"')
_VIA = re.compile(r'"found_via", "(\d+)"')
_SAMPLES = 60


def instant(query: str) -> Json:
    """Answer a query of one moment: which metrics there are, and how often they are sampled."""
    namespace = _NAMESPACE.search(query)
    if namespace is None or COUNTER not in query:
        return _success("vector", [])
    own = {"namespace": namespace[1], "service": "shop"}
    now = time.time()
    if query.endswith("]"):
        values = [[now - _SAMPLES + number, str(number)] for number in range(_SAMPLES)]
        return _success("matrix", [{"metric": own, "values": values}])
    found = [own | more | {"__name__": COUNTER} for more in _found(query)]
    return _success("vector", [{"metric": each, "value": [now, "9"]} for each in found])


def _found(query: str) -> list[dict[str, str]]:
    """Return what else labels the counter: where it was found, when that is asked."""
    if query.startswith("topk("):
        return [{}]
    for part in query.split(" or label_replace("):
        via = _VIA.search(part)
        if via and COUNTER in part and 'service="shop"' in part:
            return [{"code": "200", "found_via": via[1]}]
    return []


def over_time(form: Mapping[str, str]) -> Json:
    """Answer a query over a time: steady traffic, without an error."""
    query = form["query"]
    namespace = _NAMESPACE.search(query)
    if namespace is None or COUNTER not in query:
        return _success("matrix", [])
    start, end, step = (float(form[name]) for name in ("start", "end", "step"))
    value = "0" if " / " in query else RATE
    values = [[start + n * step, value] for n in range(round((end - start) / step) + 1)]
    return _success("matrix", [{"metric": {}, "values": values}])


def alert(namespace: str, since: str) -> Json:
    """Return an alert that fires."""
    return {
        "labels": labels(namespace),
        "annotations": {},
        "state": "firing",
        "activeAt": since,
        "value": "1e+00",
    }


def labels(namespace: str) -> dict[str, str]:
    """Return the labels of the alert about a namespace's workload."""
    return {
        "alertname": "RolloutStuck",
        "namespace": namespace,
        "service": "shop",
        "deployment": "shop",
        "severity": "critical",
    }


def _success(kind: str, result: list[Any]) -> Json:
    return {"status": "success", "data": {"resultType": kind, "result": result}}

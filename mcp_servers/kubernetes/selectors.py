"""Label selectors: as a query of the API, and applied here."""

from collections.abc import Mapping

from mcp_servers.kubernetes.api import Json
from mcp_servers.kubernetes.fields import entries, section, text


def as_query(selector: Json) -> str:
    """Return a workload's selector as the API's `labelSelector`."""
    parts = [f"{key}={value}" for key, value in section(selector, "matchLabels").items()]
    parts += [_requirement(each) for each in entries(selector, "matchExpressions")]
    return ",".join(parts)


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether a Service's selector picks pods with these labels; an empty one picks none."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def _requirement(expression: Json) -> str:
    key, values = text(expression, "key"), ",".join(entries(expression, "values"))
    match text(expression, "operator"):
        case "In":
            return f"{key} in ({values})"
        case "NotIn":
            return f"{key} notin ({values})"
        case "DoesNotExist":
            return f"!{key}"
        case _:
            return key

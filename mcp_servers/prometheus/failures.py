"""Which values of a code label mean that a request failed."""

import re
from collections.abc import Iterable

from mcp_servers.prometheus.dialects import Side
from mcp_servers.prometheus.promql import Matcher

_HTTP = re.compile(r"[1-5](\d\d|xx)", re.IGNORECASE)
_GRPC_NAMES = (
    "Aborted|DataLoss|DeadlineExceeded|Internal|ResourceExhausted|Unavailable|Unimplemented|Unknown"
)
_GRPC_NUMBERS = "2|4|8|10|12|13|14|15"
"""The same as numbers: what the server is to blame for, as opposed to a caller's mistake."""
_GRPC_WORDS = frozenset({"OK", "Canceled", "InvalidArgument", "NotFound", *_GRPC_NAMES.split("|")})
_WORDS = "(?i).*(err|fail|exception|timeout|unavailable|refused|5xx).*"


def failed(label: str, seen: Iterable[str], side: Side) -> Matcher:
    """Return the condition for failed requests.

    Of HTTP codes, a server answers for its 5xx; a call of a client has failed also when it got no
    proper status at all.

    Args:
        label: the code label.
        seen: values it was seen to have, by which the language they are in is told.
        side: whether requests are served or made.
    """
    values = set(seen) - {""}
    if label == "error_type":  # set only on what failed
        return Matcher(label, "!=", "")
    if any(_HTTP.fullmatch(value) for value in values):
        if side is Side.CLIENT:
            return Matcher(label, "!~", "[1-4]..")
        return Matcher(label, "=~", "5..")
    return Matcher(label, "=~", _other(label, values))


def _other(label: str, values: set[str]) -> str:
    """Return the pattern of failures in a language other than HTTP's."""
    if "grpc" in label and all(value.isdecimal() for value in values):
        return _GRPC_NUMBERS
    if "grpc" in label or values & _GRPC_WORDS:
        return _GRPC_NAMES
    return _WORDS

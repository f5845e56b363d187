"""Names that containers say they could not resolve."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sre_agent.diagnosis.kubernetes import hosts, sayings
from sre_agent.diagnosis.kubernetes.sayings import Saying
from sre_agent.diagnosis.kubernetes.view import View

_SILENT = (
    "i/o timeout",
    "server misbehaving",
    "EAI_AGAIN",
    "Temporary failure in name resolution",
    "Try again",
    "SERVFAIL",
    "Could not contact DNS servers",
    "no DNS servers",
)
"""Nobody answered; the name may well exist."""
_UNKNOWN = (
    "no such host",
    "UnknownHostException",
    "Name or service not known",
    "ENOTFOUND",
    "could not translate host name",
    "Name does not resolve",
    "nodename nor servname",
    "NXDOMAIN",
    "Could not resolve host",
    "Name resolution failed",
    "DNS resolution failed",
    "Domain name not found",
)
_HOST = re.compile(
    r"lookup ([\w.-]+)|UnknownHostException: ([\w.-]+)|(?:ENOTFOUND|EAI_AGAIN) ([\w.-]+)"
    r"|host(?: name)?:? \"?([\w.-]+)\"?|resolution failed for ([\w.-]+)|^\s*([\w.-]+): (?:Name|Temporary)"
)
_IS_LOOKUP = re.compile(r"lookup |getaddrinfo|name resolution|resolve|DNS|EAI_AGAIN|:53\b|host")
_SERVER = re.compile(r" on ((?:\d{1,3}\.){3}\d{1,3}):53")


@dataclass(frozen=True)
class Unresolved:
    """A name that a workload could not resolve; `is_silent` if nobody answered at all."""

    said: Saying
    host: str
    server: str
    is_silent: bool
    exists: bool

    @property
    def is_the_way(self) -> bool:
        """Return whether the way to the answer failed, not the name."""
        return self.is_silent or self.exists


def unresolved(view: View) -> Iterator[Unresolved]:
    """Yield what containers could not resolve, one line of each log."""
    for said in sayings.sayings(view, *_SILENT, *_UNKNOWN):
        is_unknown = any(word in said.line for word in _UNKNOWN)
        if not is_unknown and not _IS_LOOKUP.search(said.line):
            continue
        found = _HOST.search(said.line)
        host = next((item for item in found.groups() if item), "") if found else ""
        server = _SERVER.search(said.line)
        namespace = said.owner.namespace
        yield Unresolved(
            said=said,
            host=host.rstrip("."),
            server=server[1] if server else "",
            is_silent=any(word in said.line for word in _SILENT),
            exists=bool(host) and hosts.service_of(view, namespace, host.rstrip(".")) is not None,
        )

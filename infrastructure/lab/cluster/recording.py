"""What the audit log says about one write request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infrastructure.lab.cluster import audit, clock
from infrastructure.lab.cluster.calls import Reply
from infrastructure.lab.cluster.targets import Target

_NO_REPLY = Reply(None)


@dataclass(frozen=True)
class Attempt:
    """A write request as it came in."""

    at: datetime
    user: str
    target: Target
    query: Mapping[str, str]
    raw: bytes


def entry(attempt: Attempt, code: int, reply: Reply | None) -> audit.Entry:
    """Return the log line of a write request that ended with an HTTP status."""
    before = (reply or _NO_REPLY).before
    after = (reply or _NO_REPLY).after
    target, last = attempt.target, after or before or {}
    meta = last.get("metadata") or {}
    body = audit.body_of(attempt.raw)
    return audit.Entry(
        at=clock.micro_stamp(attempt.at),
        user=attempt.user,
        verb=target.verb,
        resource=target.kind.plural,
        subresource=target.subresource,
        namespace=target.namespace or "",
        name=target.name or meta.get("name", ""),
        dryRun=_is_dry_run(attempt.query, body),
        status=code,
        requestBody=body,
        resourceVersion=meta.get("resourceVersion", ""),
        uid=meta.get("uid", ""),
        generation_before=_generation(before),
        generation_after=_generation(after),
        annotations_added=audit.added_annotations(before, after) if after else {},
    )


def _is_dry_run(query: Mapping[str, str], body: Any) -> bool:
    options = body.get("dryRun") if isinstance(body, dict) else None
    return query.get("dryRun") == "All" or options == ["All"]


def _generation(obj: dict[str, Any] | None) -> int | None:
    number = (obj or {}).get("metadata", {}).get("generation")
    return None if number is None else int(number)

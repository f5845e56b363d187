"""Where Alertmanager sends: parsed, admitted and committed before it is acknowledged."""

from collections import Counter
from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse

from backend.api.auth import bearer_of, check_secret
from backend.api.context import ApiContext
from backend.api.problems import ProblemError
from backend.clusters import connecting
from backend.db import clusters
from backend.db.admission import Arrival, Disposition, Receipt, Tenant
from backend.intake import alertmanager
from backend.intake.refusals import Problem
from sre_agent.domain import identity

PATH = "/webhook/alert"

MAX_BODY_BYTES = 1024 * 1024
"""Alertmanager's largest groups are far below this."""

READ_OUT = 4
"""Bodies of up to so many times the limit are read to their end before they are refused."""

_LOGGED_MAX = 10
_ADVICE = "lower max_alerts in Alertmanager's webhook_config"

_log = structlog.get_logger()

_COUNTED = (
    Disposition.OPENED,
    Disposition.REOPENED,
    Disposition.JOINED,
    Disposition.DEDUPLICATED,
    Disposition.RESOLVED,
    Disposition.IGNORED,
)


async def receive(request: Request) -> JSONResponse:
    """Admit every alert of the group that can be read; 202 says that those are on disk.

    What cannot be read is told in the answer, and logged: Alertmanager sends nothing again that
    was answered with 4xx, so a refusal of the whole group would lose the rest of it.

    A plain route: at thousands of requests a second, dependency injection would cost more than
    everything else here.
    """
    context: ApiContext = request.app.state.context
    tenant = await find_tenant(request, context)
    check_json(request)
    parsed = alertmanager.parse(await read_body(request, MAX_BODY_BYTES, _ADVICE))
    arrivals = [
        Arrival(alert, identity.service_of(alert), identity.is_actionable(alert))
        for alert in parsed.alerts
    ]
    receipts = await context.desk.submit(arrivals, tenant)
    refused = tell_refused(parsed.refused)
    if refused:
        _log.warning("alerts_refused", count=len(refused), first=refused[:_LOGGED_MAX])
    return JSONResponse({**_summary(receipts), "refused": refused}, status_code=202)


async def find_tenant(request: Request, context: ApiContext) -> Tenant:
    """Return whose systems send: the own cluster's, or that of one that is connected.

    A connected cluster is looked up each time: its token is void at once when it is disconnected,
    whichever process that was told to.

    Raises:
        ProblemError: Nobody's that we know (401).
    """
    token = bearer_of(request)
    if connecting.may_be_webhook_token(token):
        async with context.engine.connect() as connection:
            found = await clusters.find_by_webhook_token(connection, connecting.sha256(token))
        if found is not None:
            return found
    hint = "Alertmanager has to send WEBHOOK_TOKEN (http_config.authorization), or its cluster's."
    check_secret(request, context.settings.webhook_token, hint=hint)
    return context.tenant


def check_json(request: Request) -> None:
    """Refuse a request that sends something else than JSON.

    Raises:
        ProblemError: It does (415).
    """
    content_type = request.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "Only JSON is read here", "Send Content-Type: application/json.")


async def read_body(request: Request, limit_bytes: int, advice: str) -> bytes:
    """Return the body, keeping no more than the limit.

    What is a few times longer is read to its end and dropped: who is still sending when it is
    refused sees a broken connection, and no reason. `advice` says how to send less.

    Raises:
        ProblemError: It is longer (413).
    """
    refusal = ProblemError(
        413, "The body is too large", f"Send at most {limit_bytes} bytes: {advice}."
    )
    most = READ_OUT * limit_bytes
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > most:
        raise refusal
    body, read = bytearray(), 0
    async for chunk in request.stream():
        read += len(chunk)
        if read > most:
            raise refusal
        if read <= limit_bytes:
            body += chunk
    if read > limit_bytes:
        raise refusal
    return bytes(body)


def tell_refused(refused: Mapping[int, tuple[Problem, ...]]) -> list[dict[str, object]]:
    """Return what is wrong with which parts of a webhook, as it is answered."""
    return [
        {
            "index": place,
            "errors": [{"field": item.field, "message": item.message} for item in problems],
        }
        for place, problems in refused.items()
    ]


def _summary(receipts: list[Receipt]) -> dict[str, object]:
    counts = Counter(receipt.disposition for receipt in receipts)
    ids = {receipt.incident_id: None for receipt in receipts if receipt.incident_id is not None}
    return {
        "received": len(receipts),
        "incidents": list(ids),
        **{disposition.value: counts[disposition] for disposition in _COUNTED},
    }

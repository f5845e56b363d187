"""Where any system tells what it changed: each change is stored before it is acknowledged."""

from collections.abc import Mapping

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse

from backend.api import webhook, wrong_fields
from backend.api.context import ApiContext
from backend.api.problems import ProblemError
from backend.db import changes as timeline
from backend.db.changes import Told
from backend.intake import changes
from backend.intake.refusals import Problem

PATH = "/webhook/change"

MAX_BODY_BYTES = 1024 * 1024

_ADVICE = "tell of the changes in several webhooks, or without their diffs"
_OTHERWISE = "was used for a change that said something else: give this one a key of its own"

_log = structlog.get_logger()


async def receive(request: Request) -> JSONResponse:
    """Store every change that can be read; 202 says that those are on disk.

    It takes the token that Alertmanager sends, which says whose changes they are and of which
    cluster. What was sent before under the same key is known, and nothing is stored twice.
    """
    context: ApiContext = request.app.state.context
    tenant = await webhook.find_tenant(request, context)
    webhook.check_json(request)
    body = await webhook.read_body(request, MAX_BODY_BYTES, _ADVICE)
    now = context.clock.now()
    parsed = changes.parse(body, cluster_id=tenant.cluster_id, now=now)
    told = {item.place: Told(item.change, item.sha256) for item in parsed.changes}
    async with context.engine.begin() as connection:
        kept = await timeline.keep(connection, tenant.org_id, told.values())
    taken = [item.change.id for item in told.values() if kept.has(item)]
    clashing = {
        place: (Problem(f"changes[{place}].key", _OTHERWISE),)
        for place, item in told.items()
        if not kept.has(item)
    }
    refused = {**parsed.refused, **clashing}
    if refused:
        _log.warning("changes_refused", count=len(refused))
    if not taken:
        raise _nothing_taken(refused)
    summary = {
        "received": len(told),
        "stored": len(kept.stored),
        "known": len(taken) - len(kept.stored),
        "changes": list(dict.fromkeys(taken)),
        "refused": webhook.tell_refused(refused),
    }
    return JSONResponse(summary, status_code=202)


def _nothing_taken(refused: Mapping[int, tuple[Problem, ...]]) -> ProblemError:
    faults = ((item.field, item.message) for place in sorted(refused) for item in refused[place])
    told = wrong_fields.tell(faults)
    hint = "Correct what `errors` names and send again; nothing was recorded."
    return ProblemError(409, "Nothing of it could be recorded", hint, **told)

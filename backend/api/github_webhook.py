"""Where GitHub tells what happened in its repositories: signed, and each delivery taken once."""

import hashlib
import hmac
import re
from collections.abc import Sequence

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse

from backend.api import webhook
from backend.api.context import ApiContext
from backend.api.problems import ProblemError
from backend.db import changes as timeline
from backend.db import github_deliveries
from backend.db.changes import Told
from backend.db.github_deliveries import Delivery
from backend.intake import github

PATH = "/webhook/github"

MAX_BODY_BYTES = 8 * 1024 * 1024
"""Far more than GitHub sends but for a push of thousands of commits at once."""

_ADVICE = "push fewer commits at once; those of this delivery are seen when GitHub is asked"
_SIGNATURE = "X-Hub-Signature-256"
_DELIVERY = re.compile(r"[A-Za-z0-9-]{8,64}")
_EVENT = re.compile(r"[a-z_]{1,64}")

_log = structlog.get_logger()


async def receive(request: Request) -> JSONResponse:
    """Store the changes that a delivery tells of; 202 says that they are on disk.

    The signature is made over the body as it came, with one of GITHUB_WEBHOOK_SECRETS. A delivery
    that came before changes nothing; one of an event that is not known is acknowledged and counted.
    """
    context: ApiContext = request.app.state.context
    secrets = context.settings.github_webhook_secrets
    sent = request.headers.get(_SIGNATURE, "")
    if not secrets or not sent.startswith("sha256="):
        raise _unsigned()
    body = await webhook.read_body(request, MAX_BODY_BYTES, _ADVICE)
    check_signature(body, sent, secrets)
    webhook.check_json(request)
    event, id_ = _named(request)
    now = context.clock.now()
    found = github.parse(event, body, now=now)
    told = [Told(item.change, item.sha256, item.as_of) for item in found or ()]
    org_id = context.tenant.org_id
    async with context.engine.begin() as connection:
        delivery = Delivery(id_, event, len(told))
        is_new = await github_deliveries.note(connection, org_id, delivery, now=now)
        stored = await timeline.keep_newest(connection, org_id, told) if is_new else 0
    if found is None:
        _log.info("github_event_unknown", github_event=event, delivery=id_)
    return JSONResponse(
        {
            "event": event,
            "is_known": found is not None,
            "is_repeated": not is_new,
            "changes": [item.change.id for item in told],
            "stored": stored,
        },
        status_code=202,
    )


def check_signature(body: bytes, sent: str, secrets: Sequence[SecretStr]) -> None:
    """Refuse a body that none of the secrets signed; all are compared, in constant time.

    Raises:
        ProblemError: None did (401).
    """
    is_signed = False
    for secret in secrets:
        made = hmac.new(secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
        is_signed |= hmac.compare_digest(f"sha256={made}".encode(), sent.encode())
    if not is_signed:
        raise _unsigned()


def _unsigned() -> ProblemError:
    hint = f"Give GitHub's webhook one of GITHUB_WEBHOOK_SECRETS: it signs with it ({_SIGNATURE})."
    return ProblemError(401, "The delivery is not signed as it has to be", hint)


def _named(request: Request) -> tuple[str, str]:
    event = request.headers.get("X-GitHub-Event", "")
    id_ = request.headers.get("X-GitHub-Delivery", "")
    if not _EVENT.fullmatch(event) or not _DELIVERY.fullmatch(id_):
        hint = "Send X-GitHub-Event and X-GitHub-Delivery as GitHub does."
        raise ProblemError(422, "The delivery does not say what it is", hint)
    return event, id_

"""Whether every runbook can be used, as the running platform sees them."""

from collections.abc import Mapping

import httpx

from backend.cli.stack import environment, lifecycle
from backend.cli.stack.layout import Layout

MEND = "correct it (docs/runbooks.md says how one is written), or see the settings in .env"
_SHOWN = 3
_TIMEOUT_S = 15.0
_NOTHING = "?"
"""A search that no runbook answers: what is told then is what could not be used."""


def fault(layout: Layout, settings: Mapping[str, str]) -> str | None:
    """Return what is wrong with the runbooks, None where nothing is."""
    folder = settings.get("RUNBOOKS_DIR")
    if folder and not (layout.root / folder).is_dir():
        return f"{folder} is no folder (RUNBOOKS_DIR)"
    running, token = lifecycle.record(layout), environment.operator_token(dict(settings))
    if running is None or token is None:
        return None
    try:
        answer = httpx.get(
            f"{running['url']}/api/v1/runbooks",
            params={"query": _NOTHING},
            headers={"Authorization": f"Bearer {token}"},
            timeout=_TIMEOUT_S,
            trust_env=False,
        )
        body = answer.json()
    except (httpx.TransportError, ValueError) as error:
        return f"they cannot be asked for: {type(error).__name__}"
    if not answer.is_success:
        return str(body.get("detail") or body.get("title"))
    told = body["left_out"]
    more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return f"{'; '.join(told[:_SHOWN])}{more}" if told else None

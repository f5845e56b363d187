"""The signer as the worker sees it."""

from typing import Any

import httpx
from pydantic import SecretStr
from typing_extensions import override

from sre_agent import ports
from sre_agent.domain.errors import TransientError
from sre_agent.domain.ids import ActionId, IncidentId

_NO = frozenset({401, 403, 404, 409, 422})


class SignerClient(ports.Signer):
    """Asks the signer over HTTP. The client is given, its owner closes it."""

    def __init__(self, client: httpx.AsyncClient, url: str, bearer: SecretStr) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._bearer = bearer

    @override
    async def mint(
        self, incident_id: IncidentId, action_id: ActionId
    ) -> ports.Grant | ports.GrantDenied:
        """Return the grant for an action: asked again, the same id, with new times once it expired.

        Raises:
            TransientError: The signer does not answer; asking again is harmless.
        """
        try:
            answer = await self._client.post(
                f"{self._url}/grants",
                json={"incident_id": incident_id, "action_id": action_id},
                headers={"Authorization": f"Bearer {self._bearer.get_secret_value()}"},
            )
        except httpx.TransportError as err:
            raise TransientError(f"the signer at {self._url} does not answer") from err
        if answer.status_code in _NO:
            said = _told(answer)
            if said is None:
                raise TransientError(f"something in the signer's place said {answer.status_code}")
            return ports.GrantDenied(
                reason=f"{said['reason']} ({said['code']})",
                code=said["code"],
                until=said.get("until"),
            )
        if answer.status_code != httpx.codes.OK:
            raise TransientError(f"the signer answered {answer.status_code}")
        return ports.Grant.model_validate_json(answer.content)


def _told(answer: httpx.Response) -> dict[str, Any] | None:
    """Return the signer's refusal; None for what a proxy, or something else at its address, said."""
    try:
        said = answer.json()
    except ValueError:
        return None
    is_refusal = isinstance(said, dict) and {"code", "reason"} <= said.keys()
    return said if is_refusal else None

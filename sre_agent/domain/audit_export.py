"""A part of the audit, taken out: which stretch of which log, and how its signature is told apart."""

from typing import Literal

from pydantic import AwareDatetime

from sre_agent.domain import canonical
from sre_agent.domain.chain import Position
from sre_agent.domain.model import Value

FORMAT: Literal["sre-agent-audit/1"] = "sre-agent-audit/1"

TOKEN_TYPE = "sre-agent-audit-export+jwt"  # noqa: S105 - the header's `typ`, not a secret
"""The header's `typ`: what signs grants signs exports too, and neither passes for the other."""

AUDIENCE = "audit-export"

OWN_LOG = ""
"""Stands for the organization's own log where otherwise an incident is named."""


class Stretch(Value):
    """A stretch of one log without gaps, and the hashes between which it lies."""

    log: str
    first_seq: int
    prev_hash: str
    last_seq: int
    last_hash: str

    @property
    def before(self) -> Position:
        """Return where it begins."""
        return Position(seq=self.first_seq - 1, hash=self.prev_hash)


class Manifest(Value):
    """What an export holds; `until` is not in it any more, `incident` is empty for all."""

    format: Literal["sre-agent-audit/1"] = FORMAT
    id: str
    org_id: str
    asked_by: str
    made_at: AwareDatetime
    since: AwareDatetime | None
    until: AwareDatetime
    incident: str | None
    stretches: tuple[Stretch, ...]

    @property
    def sha256(self) -> str:
        """Return what a signature binds."""
        return canonical.sha256(self.model_dump(mode="json"))


class ExportClaims(Value):
    """The claims of an export's signature: at that moment the logs had these stretches."""

    iss: Literal["sre-agent-signer"] = "sre-agent-signer"
    aud: Literal["audit-export"] = "audit-export"
    sub: str
    jti: str
    iat: int
    manifest_sha256: str

"""The settings of the workers: they know no token that opens the API, so that they cannot approve."""

from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, field_validator

from backend.settings.common import Seconds
from backend.settings.mcp import McpSettings
from backend.settings.running import RunSettings


class WorkerSettings(McpSettings, RunSettings):
    """What the workers need to know. The signing key is not among it."""

    signer_url: str = Field(default="http://127.0.0.1:8085", pattern=r"^https?://")
    """Where the signer listens."""

    signer_token: SecretStr
    """The bearer token that the signer expects."""

    mcp_kubernetes_write_token: SecretStr | None = None
    """Opens sessions that can also write, with a grant."""

    mcp_github_write_token: SecretStr | None = None
    """Opens sessions of the GitHub server that can also write, with a grant."""

    approval_ttl_seconds: Seconds = 900
    """How long a plan waits for a decision: the state it was made for grows old."""

    topology_survey_seconds: Seconds = 300
    """How often the cluster is looked over for who calls whom, which tells what fails together."""

    slo_file: Path | None = None
    """What services promise: a YAML file, or a folder of such, for the own cluster."""

    slo_evaluation_seconds: Seconds = 60
    """How often each objective is looked at; Prometheus counts up to 30 days of requests for it."""

    audit_verify_seconds: Seconds = 3600
    """How often every log is walked; one that was changed halts all writing."""

    mcp_halt_file: Path | None = None
    """Written when a log that does not hold halts writing: servers that write look at it."""

    audit_retention_days: int = Field(default=0, ge=0)
    """After how many days the events of an incident that is over, exported and kept, are removed; 0: never."""

    ask_retention_days: int = Field(default=90, ge=0)
    """After how many quiet days a thread of questions is forgotten; 0: never."""

    change_retention_days: int = Field(default=90, ge=0)
    """After how many days what was told of a change is forgotten; 0: never."""

    escalation_webhook_url: str | None = Field(default=None, pattern=r"^https?://")
    """Where "approval waiting" and "escalated" are posted; without it they are only logged."""

    escalation_webhook_secret: SecretStr | None = None
    """Signs what is posted there (HMAC-SHA256)."""

    incidents_dir: Path = Path("incidents")
    """Where reports are written."""

    worker_alive_file: Path | None = None
    """Touched after each good round of upkeep, for a health check that looks at its age.

    Beside it, with `.number` behind its name, stands which worker it is."""

    @property
    def worker_number_file(self) -> Path | None:
        """Return the file in which a worker's number stands, beside its sign of life."""
        sign = self.worker_alive_file
        return None if sign is None else sign.with_name(f"{sign.name}.number")

    @field_validator("escalation_webhook_secret", mode="after")
    @classmethod
    def _pair_webhook(cls, value: SecretStr | None, info: Any) -> SecretStr | None:
        if value is None and info.data.get("escalation_webhook_url"):
            raise ValueError("is needed together with ESCALATION_WEBHOOK_URL")
        return value

"""The settings of the signer."""

from pathlib import Path

from pydantic import Field, SecretStr

from backend.settings.common import CommonSettings, Seconds


class SignerSettings(CommonSettings):
    """What the signer needs to know, and it alone holds the key."""

    signer_host: str = "127.0.0.1"
    """The address the signer listens on."""

    signer_port: int = Field(default=8085, ge=1, le=65535)
    """The port the signer listens on."""

    signer_token: SecretStr
    """The bearer token that callers send."""

    signing_key_file: Path
    """The Ed25519 private key (PEM), made by `python -m backend.signer keygen --out FILE`."""

    clock_skew_max_seconds: Seconds = 30
    """By how much the signer's clock and the database's may differ: writes are counted by them."""

    grant_ttl_seconds: int = Field(default=60, gt=0, le=3600)
    """How long a grant may be used after it was minted."""

    approval_use_seconds: int = Field(default=3600, gt=0)
    """How long after it was given a yes may be used: later, no grant is minted or renewed."""

    grant_renewals_max: int = Field(default=20, ge=0)
    """How often a grant that expired unused is minted anew."""

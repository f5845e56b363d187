"""The `.env` of a checkout: made once with random secrets, never overwritten."""

import secrets
from pathlib import Path

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from backend.cli.stack.files import write_secret

OPERATOR = "operator"
"""The name under which the generated administrator decides."""

_HEAD = """\
# Made by ./start.sh with random secrets. Keep it to yourself; .env.example explains every variable.
# To watch a real cluster instead of the lab, see "Point it at a real cluster" in README.md.
"""


def ensure(env_file: Path) -> dict[str, str]:
    """Return the checkout's settings, making the file with fresh secrets if there is none.

    Secrets that a hand-written file lacks are added at its end.
    """
    known = read(env_file)
    missing = {name: value for name, value in _secrets().items() if not known.get(name)}
    if missing:
        is_new = not env_file.exists()
        before = _HEAD if is_new else env_file.read_text(encoding="utf-8").rstrip() + "\n\n"
        added = "".join(f"{name}={value}\n" for name, value in missing.items())
        write_secret(env_file, before + added)
    return read(env_file)


def read(env_file: Path) -> dict[str, str]:
    """Return what the file sets; empty values count as not set. The shell's variables play no part."""
    if not env_file.exists():
        return {}
    values = dotenv_values(env_file, interpolate=False)
    return {name: value for name, value in values.items() if value}


def completed(env_file: Path) -> dict[str, str]:
    """Return what the file sets, with secrets made up where `ensure` would add one; nothing is written."""
    return {**_secrets(), **read(env_file)}


def operator_token(settings: dict[str, str]) -> str | None:
    """Return the first token that may decide, for commands run on this machine."""
    for entry in settings.get("API_TOKENS", "").split(","):
        _, role, token = [*entry.strip().split(":", 2), "", ""][:3]
        if role in {"admin", "approver"}:
            return token
    return None


def _secrets() -> dict[str, str]:
    return {
        "WEBHOOK_TOKEN": secrets.token_hex(24),
        "API_TOKENS": f"{OPERATOR}:admin:{secrets.token_hex(24)}",
        "SIGNER_TOKEN": secrets.token_hex(24),
        "MCP_KUBERNETES_READ_TOKEN": secrets.token_hex(24),
        "MCP_KUBERNETES_WRITE_TOKEN": secrets.token_hex(24),
        "MCP_PROMETHEUS_READ_TOKEN": secrets.token_hex(24),
        "MCP_LOKI_READ_TOKEN": secrets.token_hex(24),
        "MCP_JAEGER_READ_TOKEN": secrets.token_hex(24),
        "MCP_RUNBOOKS_READ_TOKEN": secrets.token_hex(24),
        "MCP_GITHUB_READ_TOKEN": secrets.token_hex(24),
        "MCP_GITHUB_WRITE_TOKEN": secrets.token_hex(24),
        "SECRETS_KEY": Fernet.generate_key().decode(),
    }

"""Where a checkout keeps what it needs to run. Everything but the sockets is in its `.run/`."""

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Layout:
    """The places of one checkout, so that two of them never meet."""

    root: Path

    @property
    def env_file(self) -> Path:
        """Return the file of the user's settings, secrets included."""
        return self.root / ".env"

    @property
    def run(self) -> Path:
        """Return the folder of everything that running leaves behind."""
        return self.root / ".run"

    @property
    def logs(self) -> Path:
        """Return the folder of the programs' output."""
        return self.run / "logs"

    @property
    def postgres(self) -> Path:
        """Return the folder of the embedded database."""
        return self.run / "postgres"

    @property
    def lab(self) -> Path:
        """Return the folder of the lab."""
        return self.run / "lab"

    @property
    def webhook_token_file(self) -> Path:
        """Return the file from which the lab's Alertmanager reads its token."""
        return self.run / "webhook-token"

    @property
    def forge_secret_file(self) -> Path:
        """Return the file that holds what the lab's forge signs its webhooks with."""
        return self.run / "forge-secret"

    @property
    def lab_webhook(self) -> Path:
        """Return the file that says which platform the lab tells of what happens."""
        return self.run / "lab-webhook"

    @property
    def signing_key(self) -> Path:
        """Return the private key of the signer."""
        return self.run / "signing-key.pem"

    @property
    def public_key(self) -> Path:
        """Return the public half, which the MCP servers are given."""
        return self.run / "signing-key.pub"

    @property
    def halt_file(self) -> Path:
        """Return the file that exists while writing is halted."""
        return self.run / "halted"

    @property
    def worker_sign(self) -> Path:
        """Return the file that the worker touches after each round of its upkeep."""
        return self.run / "worker-alive"

    @property
    def supervisor_conf(self) -> Path:
        """Return the configuration of the process supervisor; it holds secrets."""
        return self.run / "supervisord.conf"

    @property
    def supervisor_pid(self) -> Path:
        """Return the supervisor's pid file."""
        return self.run / "supervisord.pid"

    @property
    def supervisor_socket(self) -> Path:
        """Return the supervisor's socket: outside the checkout, because socket paths are short."""
        digest = hashlib.sha256(str(self.root).encode()).hexdigest()[:10]
        return Path("/tmp", f"sre-{digest}-supervisor.sock")  # noqa: S108 - mode 0700, by the supervisor

    @property
    def ports_file(self) -> Path:
        """Return the file that says which port each inner server has."""
        return self.run / "ports.json"

    @property
    def record(self) -> Path:
        """Return the file that says where the platform serves."""
        return self.run / "stack.json"

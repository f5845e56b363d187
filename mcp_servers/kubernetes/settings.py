"""What the Kubernetes server needs to know, from its own variables only."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, SecretStr, field_validator, model_validator

from mcp_servers.common.keys import KeysInFile, parse_keys
from mcp_servers.common.settings import ServerSettings, Token


class KubernetesSettings(ServerSettings):
    """The cluster, the credentials for it, and whose grants count.

    The cluster is named in exactly one way: by URL, by a kubeconfig, or as the one the server runs
    in. The shell's own KUBECONFIG is never looked at.
    """

    kubernetes_api_url: str | None = Field(default=None, pattern=r"^https?://[^/]+/?$")
    """The API server's URL, used with the two tokens below."""

    kubernetes_ca_file: Path | None = None
    """The certificate authority of the API server, when it is not a public one."""

    kubernetes_read_token: SecretStr | None = None
    """A service account token that can get and list, and nothing else."""

    kubernetes_write_token: SecretStr | None = None
    """A service account token that can do what the writing tools need, used for nothing else."""

    mcp_kubeconfig: Path | None = None
    """A kubeconfig file instead of a URL and tokens."""

    mcp_kubeconfig_read_context: str | None = None
    """Its context for reading; the current one unless said."""

    mcp_kubeconfig_write_context: str | None = None
    """Its context for writing."""

    kubernetes_in_cluster: bool = False
    """`true` reads with the service account of the pod that the server runs in."""

    mcp_write_token: Token | None = None
    """The token of sessions that write; without it there is no writing tool at all."""

    mcp_cluster_id: str = Field(default="default", pattern=r"^[\w.-]+$")
    """The cluster's id, for which grants must be made out."""

    grant_public_key: str | None = None
    """The signer's Ed25519 public key, PEM or base64; two separated by a comma while changing."""

    grant_public_key_file: Path | None = None
    """A file with the same, read with every write: keys change without a restart."""

    mcp_protected_namespaces: str = "kube-system,kube-public,kube-node-lease"
    """Namespaces that are never written to."""

    mcp_halt_file: Path | None = None
    """While this file exists, or nobody can look whether it does, nothing is written."""

    mcp_drain_s: float = Field(default=240.0, gt=0, le=240)
    """How long emptying a node may take, in seconds; pods that budgets keep longer stay there."""

    kill_switch: bool = False
    """`true` stops all writing, as it does for the rest of the platform."""

    @field_validator("grant_public_key")
    @classmethod
    def _check_keys(cls, value: str | None) -> str | None:
        if value is not None:
            parse_keys(value)
        return value

    @field_validator("grant_public_key_file")
    @classmethod
    def _check_key_file(cls, value: Path | None) -> Path | None:
        if value is not None:
            parse_keys(_text(value))
        return value

    @model_validator(mode="after")
    def _check_cluster(self) -> Self:
        ways = (self.kubernetes_api_url, self.mcp_kubeconfig, self.kubernetes_in_cluster or None)
        if sum(way is not None for way in ways) != 1:
            raise ValueError(
                "name the cluster in exactly one way: KUBERNETES_API_URL, MCP_KUBECONFIG or "
                "KUBERNETES_IN_CLUSTER=true"
            )
        if self.kubernetes_api_url is not None and self.kubernetes_read_token is None:
            raise ValueError("KUBERNETES_READ_TOKEN is missing: it belongs to KUBERNETES_API_URL")
        return self

    @model_validator(mode="after")
    def _check_writing(self) -> Self:
        if self.mcp_write_token is None:
            return self
        if self.mcp_write_token.get_secret_value() == self.mcp_read_token.get_secret_value():
            raise ValueError("MCP_WRITE_TOKEN must differ from MCP_READ_TOKEN")
        if self.grant_public_key is None and self.grant_public_key_file is None:
            raise ValueError("GRANT_PUBLIC_KEY is missing: MCP_WRITE_TOKEN is set")
        if self.mcp_kubeconfig is not None:
            if self.mcp_kubeconfig_write_context is None:
                raise ValueError("MCP_KUBECONFIG_WRITE_CONTEXT is missing: MCP_WRITE_TOKEN is set")
        elif self.kubernetes_write_token is None:
            raise ValueError("KUBERNETES_WRITE_TOKEN is missing: MCP_WRITE_TOKEN is set")
        return self

    @property
    def grant_keys(self) -> Mapping[str, Ed25519PublicKey]:
        """Return the signer's public keys by key id: those of the file as they are at the moment."""
        file = self.grant_public_key_file
        if self.grant_public_key is None and file is not None:
            return KeysInFile(file)
        return parse_keys(self.grant_public_key or "")

    @property
    def protected_namespaces(self) -> frozenset[str]:
        """Return the namespaces that are never written to."""
        names = self.mcp_protected_namespaces.split(",")
        return frozenset(name.strip() for name in names if name.strip())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error

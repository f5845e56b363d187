"""What the Kubernetes server needs to know, from its own variables only."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from mcp_servers.common.writing_settings import WritingSettings


class KubernetesSettings(WritingSettings):
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

    mcp_protected_namespaces: str = "kube-system,kube-public,kube-node-lease"
    """Namespaces that are never written to."""

    mcp_drain_s: float = Field(default=240.0, gt=0, le=240)
    """How long emptying a node may take, in seconds; pods that budgets keep longer stay there."""

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
        if self.mcp_kubeconfig is not None:
            if self.mcp_kubeconfig_write_context is None:
                raise ValueError("MCP_KUBECONFIG_WRITE_CONTEXT is missing: MCP_WRITE_TOKEN is set")
        elif self.kubernetes_write_token is None:
            raise ValueError("KUBERNETES_WRITE_TOKEN is missing: MCP_WRITE_TOKEN is set")
        return self

    @property
    def protected_namespaces(self) -> frozenset[str]:
        """Return the namespaces that are never written to."""
        names = self.mcp_protected_namespaces.split(",")
        return frozenset(name.strip() for name in names if name.strip())

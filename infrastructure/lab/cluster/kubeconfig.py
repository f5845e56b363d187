"""The configuration file with which kubectl reaches the cluster."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

NAME = "lab"


def document(url: str, user: str, token: str) -> dict[str, Any]:
    """Return a kubeconfig for one user.

    The token stands in the URL, because kubectl sends none other over plain HTTP; as a bearer
    token it stands there too, for other clients that read such files.
    """
    parts = urlsplit(url)
    server = f"{parts.scheme}://{user}:{token}@{parts.netloc}"
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": NAME, "cluster": {"server": server}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": user}}],
        "current-context": NAME,
    }

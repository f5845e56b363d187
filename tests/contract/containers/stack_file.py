"""The compose file as data: what each service is, before any variable is filled in."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FILE = ROOT / "infrastructure/docker-compose.yaml"
LAB_VARIABLES = ROOT / "infrastructure/docker/lab.env"
FORGE_VARIABLES = ROOT / "infrastructure/docker/forge.env"
OURS = (
    *("platform", "mcp-kubernetes", "mcp-prometheus", "mcp-loki", "mcp-jaeger", "mcp-runbooks"),
    "mcp-github",
    "lab",
)
"""The images that are built here."""


def document() -> dict[str, Any]:
    """Return the whole file."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    """Return the services by name."""
    found: dict[str, dict[str, Any]] = document()["services"]
    return found


def environment(service: str) -> dict[str, str]:
    """Return what a service is given, as it is written."""
    found: dict[str, str] = services()[service].get("environment") or {}
    return found


def asked_of_the_user() -> set[str]:
    """Return every variable that the file takes from `.env`."""
    text = "\n".join(
        line
        for line in FILE.read_text(encoding="utf-8").splitlines()
        if not line.strip().startswith("#")
    )
    return set(re.findall(r"(?<!\$)\$\{([A-Z][A-Z0-9_]*)", text))


def variables_of(file: Path) -> list[str]:
    """Return the names that a file of variables sets, empty ones included."""
    return re.findall(r"^([A-Z][A-Z0-9_]*)=", file.read_text(encoding="utf-8"), re.MULTILINE)

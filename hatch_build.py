"""Puts the war room's built files into the wheel, where they were built."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from typing_extensions import override

_BUILT = Path("dashboard", "dist")
_IN_WHEEL = "backend/dashboard_files"


class WarRoom(BuildHookInterface):  # type: ignore[type-arg] # its parameter is the builder's configuration
    """Adds a folder that version control does not know, if it is there."""

    @override
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the folder to be included; an editable install serves it from where it is."""
        built = Path(self.root) / _BUILT
        if version == "standard" and (built / "index.html").is_file():
            build_data["force_include"][str(built)] = _IN_WHEEL

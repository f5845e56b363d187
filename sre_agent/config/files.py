"""The shipped configuration as texts by file name, and a user's folder read the same way."""

from importlib import resources
from importlib.resources.abc import Traversable

from sre_agent.domain.errors import PermanentError

_SUFFIXES = (".yaml", ".yml")


class InvalidConfigurationError(PermanentError):
    """A configuration file is missing or does not say what it has to say."""


def shipped() -> Traversable:
    """Return the folder of the shipped configuration."""
    return resources.files("sre_agent.config")


def texts(folder: Traversable) -> dict[str, str]:
    """Return the YAML texts of a folder by file name.

    Raises:
        OSError: It cannot be read, or one of its files: a link that leads nowhere is not left out.
        UnicodeDecodeError: A file is not UTF-8.
    """
    return {
        item.name: item.read_text("utf-8")
        for item in folder.iterdir()
        if item.name.endswith(_SUFFIXES)
    }

"""The shipped configuration as texts by file name, and a user's folder read the same way."""

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from sre_agent.domain.errors import PermanentError

Signature = tuple[int, int, int] | None
"""Tells whether a file was changed; None where nobody can know."""

_SUFFIXES = (".yaml", ".yml")
_BYTES_MAX = 1 << 20


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


def text(file: Path, purpose: str) -> str:
    """Return the text of a user's file.

    Args:
        file: where it is.
        purpose: what it says, and where that is explained, for whoever has none there.

    Raises:
        InvalidConfigurationError: It cannot be read, is no text, or larger than 1 MiB.
    """
    try:
        raw = file.read_bytes()
        found = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise InvalidConfigurationError(f"there is no file {file}: {purpose}") from error
    except OSError as error:
        raise InvalidConfigurationError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidConfigurationError(f"{file} is no text in UTF-8: {error}") from error
    if len(raw) > _BYTES_MAX:
        raise InvalidConfigurationError(f"{file} is larger than {_BYTES_MAX} bytes")
    return found


def problems(error: ValidationError) -> str:
    """Return what is wrong with a file, each with its place."""
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'the file'}: {item['msg']}"
        for item in error.errors(include_input=False, include_url=False)
    )


def signature(file: Path) -> Signature:
    """Return what tells this state of a file from others."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

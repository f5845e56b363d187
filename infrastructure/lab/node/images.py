"""The image catalogue: what a node runs for an image's name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHELL_IMAGE = "lab/shell"
SHELL_TAG = "1"
_DEFAULT_TAG = "latest"


class CatalogueError(Exception):
    """The image file cannot be read or says something else than images."""


@dataclass(frozen=True)
class Image:
    """What to run: the image's own command, and environment below that of the container."""

    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ImageCatalogue:
    """All images that can be pulled, by `repository:tag`."""

    images: Mapping[str, Image]

    @classmethod
    def of(cls, document: Mapping[str, Any], *, python: str) -> ImageCatalogue:
        """Return the catalogue a document describes; `{python}` in commands is the interpreter.

        Raises:
            CatalogueError: when the document has another shape.
        """
        images = {f"{SHELL_IMAGE}:{SHELL_TAG}": Image()}
        for name, repository in _mapping(document, "images").items():
            for tag, variant in _mapping(repository, "tags").items():
                try:
                    images[f"{name}:{tag}"] = _image(repository, variant, python)
                except CatalogueError as error:
                    raise CatalogueError(f"image {name}:{tag}: {error}") from error
        return cls(images)

    @classmethod
    def load(cls, path: Path | None, *, python: str) -> ImageCatalogue:
        """Read a catalogue from a JSON file; without one there is only the shell image.

        Raises:
            CatalogueError: when the file cannot be read or has another shape.
        """
        if path is None:
            return cls.of({"images": {}}, python=python)
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CatalogueError(f"{path}: {error}") from error
        return cls.of(document, python=python)

    def find(self, name: str) -> Image | None:
        """Return the image of that name, or None when no registry has it."""
        has_tag = ":" in name.rpartition("/")[2]
        return self.images.get(name if has_tag else f"{name}:{_DEFAULT_TAG}")


class Registry:
    """The images of a file, looked at again when it has changed: some are built while the lab runs."""

    def __init__(self, path: Path, *, python: str) -> None:
        """Read the file.

        Raises:
            CatalogueError: when it cannot be read or has another shape.
        """
        self._path, self._python = path, python
        self._stamp = _stamp(path)
        self._catalogue = ImageCatalogue.load(path, python=python)

    def find(self, name: str) -> Image | None:
        """Return the image of that name, or None when the file does not have it."""
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._catalogue = ImageCatalogue.load(self._path, python=self._python)
            self._stamp = stamp
        return self._catalogue.find(name)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise CatalogueError(f"{path}: {error}") from error
    return found.st_mtime_ns, found.st_ino


def _image(repository: Mapping[str, Any], variant: Any, python: str) -> Image:
    def words(name: str) -> tuple[str, ...]:
        value = variant.get(name, repository.get(name, []))
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise CatalogueError(f"{name} must be a list of strings")
        return tuple(word.replace("{python}", python) for word in value)

    if not isinstance(variant, dict):
        raise CatalogueError("a tag must be an object")
    env = {**_mapping(repository, "env"), **_mapping(variant, "env")}
    if not all(isinstance(value, str) for value in env.values()):
        raise CatalogueError("env must map strings to strings")
    return Image(command=words("command"), args=words("args"), env=env)


def _mapping(document: Any, name: str) -> dict[str, Any]:
    value = document.get(name, {}) if isinstance(document, dict) else None
    if not isinstance(value, dict):
        raise CatalogueError(f"{name} must be an object")
    return value

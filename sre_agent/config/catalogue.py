"""Reading the catalogue of faults: one file a layer, checked as a whole."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

import yaml
from pydantic import ValidationError

from sre_agent.domain import yaml_text
from sre_agent.domain.catalogue import Catalogue, CatalogueEntry, Layer
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.faults import FaultClass

_SUFFIX = ".yaml"
"""Ten times as fast where PyYAML was built with libyaml, as its wheels are."""


class InvalidCatalogueError(PermanentError):
    """The catalogue of faults does not say what it has to say."""


@cache
def shipped() -> Catalogue:
    """Return the catalogue that is part of this code; it is read once.

    Raises:
        InvalidCatalogueError: naming the file or the class, and what is wrong with it.
    """
    folder = resources.files("sre_agent.config") / "faults"
    files = (item for item in folder.iterdir() if item.name.endswith(_SUFFIX))
    return parse({item.name: item.read_text("utf-8") for item in files})


def parse(texts: Mapping[str, str]) -> Catalogue:
    """Return the catalogue of some YAML texts, by the name of their file: its layer and `.yaml`.

    Raises:
        InvalidCatalogueError: A file cannot be read; a class is missing, unknown or there twice;
            or classes are said to be narrower than each other.
    """
    entries: dict[FaultClass, CatalogueEntry] = {}
    for name in sorted(texts):
        for fault_class, entry in _entries(name, texts[name]):
            if fault_class in entries:
                raise InvalidCatalogueError(f"{name}: {fault_class} is in the catalogue twice")
            entries[fault_class] = entry
    missing = [item for item in FaultClass if item not in entries]
    if missing:
        raise InvalidCatalogueError(
            f"the catalogue says nothing of {', '.join(missing)}: add an entry to its layer's file"
        )
    catalogue = Catalogue(entries)
    _check_neighbours(catalogue)
    return catalogue


def check_playbooks(catalogue: Catalogue, known: Mapping[str, frozenset[FaultClass]]) -> None:
    """Check that each entry's playbook exists and speaks of its class.

    Raises:
        InvalidCatalogueError: naming the class and its playbook.
    """
    for fault_class, entry in catalogue.entries.items():
        if entry.playbook is None:
            continue
        if entry.playbook not in known:
            raise InvalidCatalogueError(f"{fault_class}: there is no playbook {entry.playbook!r}")
        if fault_class not in known[entry.playbook]:
            raise InvalidCatalogueError(
                f"{fault_class}: add it to the trigger of playbook {entry.playbook}, or name another"
            )


def _entries(name: str, text: str) -> Iterator[tuple[FaultClass, CatalogueEntry]]:
    layer = name.removesuffix(_SUFFIX)
    try:
        found = yaml_text.read(text)
        if not isinstance(found, dict) or layer not in set(Layer):
            raise InvalidCatalogueError(
                f"{name}: a file holds the entries of the layer it is called"
            )
        for key, fields in found.items():
            yield FaultClass(key), CatalogueEntry.model_validate({"layer": layer, **fields})
    except (yaml.YAMLError, ValidationError, ValueError, TypeError) as error:
        raise InvalidCatalogueError(f"{name}: {error}") from error


def _check_neighbours(catalogue: Catalogue) -> None:
    for fault_class, entry in catalogue.entries.items():
        if fault_class in entry.told_apart:
            raise InvalidCatalogueError(f"{fault_class} cannot be told apart from itself")
        if catalogue.explains(fault_class, fault_class):
            raise InvalidCatalogueError(f"{fault_class} is said to be narrower than itself")

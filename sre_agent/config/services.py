"""Reading the file that says from which repositories and folders services are built, and who owns them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError

from sre_agent.config import files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.domain.model import Value
from sre_agent.domain.services import ALL, ServiceEntry

ENTRIES_MAX = 2000
_SHOWN = 5
_NO_FIELD = f"there is no such field, only {', '.join(ServiceEntry.model_fields)}"


class _File(Value):
    services: tuple[ServiceEntry, ...] = Field(max_length=ENTRIES_MAX)


def load(file: Path) -> tuple[ServiceEntry, ...]:
    """Return the entries of a file, in its order; a repository of one service alone is all its own.

    Raises:
        InvalidConfigurationError: It cannot be read, or what is wrong with which of its entries.
    """
    return parse(
        file.name,
        files.text(file, "it lists the services, as in docs/changes.md; see SERVICES_FILE"),
    )


def parse(name: str, text: str) -> tuple[ServiceEntry, ...]:
    """Return the entries of a YAML text.

    Raises:
        InvalidConfigurationError: naming the file, the entry and what is wrong with it.
    """
    try:
        document = yaml_text.read(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidConfigurationError(f"{name} is no YAML: {yaml_text.told(error)}") from error
    if not isinstance(document, dict):
        raise InvalidConfigurationError(
            f"{name} has to say `services:` with a list, as in docs/changes.md; "
            "`services: []` where there are none"
        )
    try:
        found = _File.model_validate(document).services
    except ValidationError as error:
        told = "; ".join(_faults(document, error))
        raise InvalidConfigurationError(f"{name} is not valid: {told}") from error
    idle = list(_idle(found))
    if idle:
        raise InvalidConfigurationError(f"{name} is not valid: {'; '.join(idle)}")
    return _whole(found)


def unlisted(
    entries: Sequence[ServiceEntry], listed: Sequence[str]
) -> Mapping[str, tuple[str, ...]]:
    """Return the repositories that nobody looks at, each with the services that name it."""
    known = {name.lower() for name in listed}
    found: dict[str, dict[str, None]] = {}
    for entry in entries:
        if entry.repository and entry.repository.lower() not in known:
            found.setdefault(entry.repository, {})[entry.service] = None
    return {name: tuple(services) for name, services in found.items()}


def _faults(document: Mapping[Any, Any], error: ValidationError) -> Iterator[str]:
    told = error.errors(include_input=False, include_url=False)
    for item in told[:_SHOWN]:
        said = item["msg"].removeprefix("Value error, ")
        match item["loc"]:
            case ("services", int(index), *rest):
                place = ".".join(map(str, rest))
                said = _NO_FIELD if item["type"] == "extra_forbidden" else said
                yield f"{_entry(document, index)}{f', {place}' if place else ''}: {said}"
            case place:
                yield f"{'.'.join(map(str, place)) or 'the file'}: {said}"
    if len(told) > _SHOWN:
        yield f"and {len(told) - _SHOWN} more"


def _entry(document: Mapping[Any, Any], index: int) -> str:
    """Return an entry as people find it: by its number, from 1, and its service."""
    said = document["services"][index]
    name = said.get("service") if isinstance(said, dict) else None
    return f"entry {index + 1}{f' ({name})' if isinstance(name, str) else ''}"


def _idle(found: Sequence[ServiceEntry]) -> Iterator[str]:
    """Yield the entries that can never count, as one before them speaks of all their places."""
    before: dict[str, list[tuple[int, ServiceEntry]]] = {}
    for number, entry in enumerate(found, 1):
        for earlier, other in before.setdefault(entry.service, []):
            is_wider = not other.clusters or other.clusters == entry.clusters
            if is_wider and (not other.namespaces or other.namespaces == entry.namespaces):
                yield (
                    f"entry {number} ({entry.service}) never counts, since entry {earlier} holds there "
                    "already: put it before that one, or remove it"
                )
                break
        before[entry.service].append((number, entry))


def _whole(found: Sequence[ServiceEntry]) -> tuple[ServiceEntry, ...]:
    """Return the entries; whose repository no other service names, and no paths, has all of it."""
    users = {(entry.repository.lower(), entry.service) for entry in found if entry.repository}
    shared = Counter(repository for repository, _ in users)
    return tuple(
        entry.model_copy(update={"paths": (ALL,)})
        if not entry.paths and shared[entry.repository.lower()] == 1
        else entry
        for entry in found
    )

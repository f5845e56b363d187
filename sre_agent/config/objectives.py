"""Reading what services promise from a file, or from every file of a folder."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from sre_agent.config import files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.domain.model import Value
from sre_agent.domain.slo import Objective

OBJECTIVES_MAX = 500
"""Of one cluster: each of them is asked for every minute."""


class _File(Value):
    slos: tuple[Objective, ...] = Field(max_length=OBJECTIVES_MAX)


def load(place: Path) -> tuple[Objective, ...]:
    """Return the objectives of a file, or of a folder's `*.yaml`, by id.

    Raises:
        InvalidConfigurationError: It cannot be read, or what is wrong with which file.
    """
    try:
        found = files.texts(place) if place.is_dir() else {place.name: place.read_text("utf-8")}
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidConfigurationError(f"the objectives cannot be read: {error}") from error
    if not found:
        raise InvalidConfigurationError(f"{place}: there is no file of objectives (*.yaml) in it")
    return parse(found)


def parse(texts: Mapping[str, str]) -> tuple[Objective, ...]:
    """Return the objectives of some YAML texts, by id.

    Raises:
        InvalidConfigurationError: naming the file and the fields that are wrong.
    """
    known = [item for name in sorted(texts) for item in _read(name, texts[name])]
    twice = sorted(id_ for id_, number in Counter(item.id for item in known).items() if number > 1)
    if twice:
        raise InvalidConfigurationError(f"objectives with the same id: {', '.join(twice)}")
    if len(known) > OBJECTIVES_MAX:
        raise InvalidConfigurationError(
            f"{len(known)} objectives are too many: at most {OBJECTIVES_MAX} for a cluster"
        )
    return tuple(sorted(known, key=lambda item: item.id))


def _read(name: str, text: str) -> tuple[Objective, ...]:
    try:
        return _File.model_validate(yaml_text.read(text)).slos
    except yaml.YAMLError as error:
        raise InvalidConfigurationError(f"{name} is no YAML: {error}") from error
    except ValidationError as error:
        told = files.problems(error)
        raise InvalidConfigurationError(f"{name} is not valid: {told}") from error

"""Reading the calendar of freezes from a file; one that cannot be read stops all writing."""

from collections import Counter
from pathlib import Path

import yaml
from pydantic import Field, ValidationError

from sre_agent.config import files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.domain.model import Value
from sre_agent.safety.freeze_text import FreezeText
from sre_agent.safety.freezes import Calendar

FREEZES_MAX = 500


class _File(Value):
    freezes: tuple[FreezeText, ...] = Field(max_length=FREEZES_MAX)


def load(file: Path) -> tuple[FreezeText, ...]:
    """Return the freezes of a file, in its order.

    Raises:
        InvalidConfigurationError: It cannot be read, or what is wrong with it.
    """
    text = files.text(file, "it lists the freezes, as in docs/brakes.md")
    return parse(file.name, text)


def parse(name: str, text: str) -> tuple[FreezeText, ...]:
    """Return the freezes of a YAML text.

    Raises:
        InvalidConfigurationError: naming the file and the fields that are wrong.
    """
    try:
        document = yaml_text.read(text)
        if not isinstance(document, dict):
            raise InvalidConfigurationError(
                f"{name} has to say `freezes:` with a list, as in docs/brakes.md; "
                "`freezes: []` where there are none"
            )
        found = _File.model_validate(document).freezes
    except (yaml.YAMLError, RecursionError) as error:
        raise InvalidConfigurationError(f"{name} is no YAML: {yaml_text.told(error)}") from error
    except ValidationError as error:
        told = files.problems(error)
        raise InvalidConfigurationError(f"{name} is not valid: {told}") from error
    counted = Counter(item.name for item in found)
    twice = sorted(each for each, number in counted.items() if number > 1)
    if twice:
        raise InvalidConfigurationError(f"{name} has freezes of one name: {', '.join(twice)}")
    return found


def load_calendar(file: Path | None) -> Calendar:
    """Return the calendar; without a file it is empty, and of a bad one it says why."""
    if file is None:
        return Calendar()
    try:
        return Calendar(load(file))
    except InvalidConfigurationError as error:
        return Calendar(fault=str(error))

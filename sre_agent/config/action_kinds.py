"""Reading the catalogue of actions: a folder of files, checked as a whole."""

from collections.abc import Iterator, Mapping
from functools import cache

import yaml
from pydantic import ValidationError

from sre_agent.config import files
from sre_agent.domain import yaml_text
from sre_agent.domain.actions import ActionKind, Actions
from sre_agent.domain.errors import PermanentError

FOLDER = "actions"


class InvalidActionsError(PermanentError):
    """The catalogue of actions does not say what it has to say."""


@cache
def shipped() -> Actions:
    """Return the catalogue that is part of this code; it is read once.

    Raises:
        InvalidActionsError: naming the file and what is wrong with it.
    """
    return parse(files.texts(files.shipped() / FOLDER))


def parse(texts: Mapping[str, str]) -> Actions:
    """Return the catalogue of some YAML texts by file name: entries by the name of their tool.

    Raises:
        InvalidActionsError: A file cannot be read, a tool is there twice, or the tool that takes an
            action back is in none of them.
    """
    kinds: dict[tuple[str, str], ActionKind] = {}
    for file in sorted(texts):
        for kind in _kinds(file, texts[file]):
            key = (kind.server, kind.tool)
            if key in kinds:
                raise InvalidActionsError(f"{file}: {kind.tool} is in the catalogue twice")
            kinds[key] = kind
    for (server, tool), kind in kinds.items():
        for inverse in kind.inverses:
            if (server, inverse) not in kinds:
                raise InvalidActionsError(
                    f"{tool} is taken back by {inverse}, which is not in the catalogue"
                )
    return Actions(kinds)


def _kinds(file: str, text: str) -> Iterator[ActionKind]:
    try:
        found = yaml_text.read(text)
        if not isinstance(found, dict):
            raise InvalidActionsError(f"{file}: a file holds entries by the names of their tools")
        for tool, fields in found.items():
            yield ActionKind.model_validate({"tool": tool, **fields})
    except (yaml.YAMLError, ValidationError, ValueError, TypeError) as error:
        raise InvalidActionsError(f"{file}: {error}") from error

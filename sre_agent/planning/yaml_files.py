"""Strict reading of YAML texts into values, with the file's name in every complaint."""

from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sre_agent.domain import yaml_text
from sre_agent.domain.errors import PermanentError

ModelT = TypeVar("ModelT", bound=BaseModel)


class InvalidPlaybookError(PermanentError):
    """A playbook, repair or catalogue file does not say what it has to say."""


def validate(name: str, text: str, model: type[ModelT]) -> ModelT:
    """Return a YAML text as a value.

    Raises:
        InvalidPlaybookError: naming the file and what is wrong with it.
    """
    try:
        return model.model_validate(yaml_text.read(text))
    except (yaml.YAMLError, ValidationError) as error:
        raise InvalidPlaybookError(f"{name} is not valid: {error}") from error

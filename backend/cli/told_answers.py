"""What the API answered, made safe to show and safe to read."""

import json
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from backend.plain import plain
from sre_agent.domain.errors import PermanentError

Form = TypeVar("Form", bound=BaseModel)

_OTHER_VERSION = (
    "Is the API of another version than this command line, or is there a proxy between them? "
    "sre-agent doctor looks at what runs"
)


class Told(dict[str, Any]):
    """An object of an answer; a field that is not in it is told as such."""

    def __missing__(self, key: str) -> Any:
        raise PermanentError(f"the API's answer has no `{key}`. {_OTHER_VERSION}")


def read(answer: httpx.Response) -> Any:
    """Return the JSON of an answer, without characters that steer a terminal.

    Raises:
        PermanentError: It is no JSON, or, when it is read, has no such field.
    """
    return line(answer, answer.text)


def line(answer: httpx.Response, text: str) -> Any:
    """Return the same of one line of an answer.

    Raises:
        PermanentError: As `read`.
    """
    return _told(plain(_parsed(answer, text)))


def as_it_came(answer: httpx.Response) -> Any:
    """Return the JSON of an answer with every character: for a file, never for a terminal.

    Raises:
        PermanentError: As `read`.
    """
    return _told(_parsed(answer, answer.text))


def form(model: type[Form], value: Any) -> Form:
    """Return a part of an answer in its form.

    Raises:
        PermanentError: It has another one.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, item["loc"])) for item in error.errors()[:3])
        where = f" at {plain(fields)[:200]}" if fields else ""
        raise PermanentError(
            f"the API's answer is no {model.__name__}{where}. {_OTHER_VERSION}"
        ) from error


def _parsed(answer: httpx.Response, text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        kind = answer.headers.get("content-type", "nothing that is named")
        raise PermanentError(
            f"the API answered with {plain(kind)[:80]}. {_OTHER_VERSION}"
        ) from error


def _told(value: Any) -> Any:
    match value:
        case dict():
            return Told({key: _told(item) for key, item in value.items()})
        case list():
            return [_told(item) for item in value]
        case _:
            return value

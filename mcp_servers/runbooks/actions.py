"""The actions that a typed step may name, and the arguments each takes.

A step never names an object: the platform acts on what it found to be the cause, on nothing that a
page of text points at. Names and arguments are those of the writing tools.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, StrictInt, StrictStr, ValidationError, field_validator, model_validator

from mcp_servers.common.envelope import Record

MAX_VALUE_CHARS = 1024
_SECRET = re.compile(
    r"(?:^|_)(?:PASSWORD|PASSWD|PWD|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|TOKEN|CREDENTIALS?)(?:_|$)",
    re.IGNORECASE,
)
_QUANTITY = r"^\d{1,12}(?:\.\d{1,3})?(?:m|k|Ki|M|Mi|G|Gi)?$"

Container = Annotated[StrictStr, Field(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
Quantity = Annotated[StrictStr, Field(pattern=_QUANTITY)]
Replicas = Annotated[StrictInt, Field(ge=1, le=1000)]


class Nothing(Record):
    """The arguments of an action that takes none of a runbook."""


class Scale(Record):
    """How many replicas; zero serves nobody and is no repair."""

    replicas: Replicas


class SetEnv(Record):
    """One variable and its plain value."""

    variable: Annotated[StrictStr, Field(max_length=128, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
    value: Annotated[StrictStr, Field(max_length=MAX_VALUE_CHARS)]
    container: Container | None = None

    @field_validator("variable")
    @classmethod
    def _is_no_secret(cls, name: str) -> str:
        if _SECRET.search(name):
            raise ValueError("looks like a secret: a runbook is no place for one")
        return name

    @field_validator("value")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("has line breaks or control characters")
        return value


class SetResources(Record):
    """New limits or requests, as Kubernetes quantities; at least one."""

    container: Container | None = None
    memory_limit: Quantity | None = None
    memory_request: Quantity | None = None
    cpu_limit: Quantity | None = None
    cpu_request: Quantity | None = None

    @model_validator(mode="after")
    def _sets_something(self) -> Self:
        if not (self.memory_limit or self.memory_request or self.cpu_limit or self.cpu_request):
            raise ValueError("sets neither a limit nor a request")
        return self


class SetImage(Record):
    """Another tag or digest of a container's image."""

    image: Annotated[StrictStr, Field(max_length=255, pattern=r"^[A-Za-z0-9_.:/@-]+$")]
    container: Container | None = None


ACTIONS: Mapping[str, type[Record]] = {
    "rollback_rollout": Nothing,
    "restart_rollout": Nothing,
    "delete_pod": Nothing,
    "scale_workload": Scale,
    "set_env": SetEnv,
    "set_resources": SetResources,
    "set_image": SetImage,
}
"""Every action a runbook may name."""


class UnusableStepError(ValueError):
    """A step that is not one of the known actions with its arguments; the message says why."""


def checked(action: str, arguments: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """Return the arguments of an action, without those left empty.

    Raises:
        UnusableStepError: The action is unknown, or the arguments are not the ones it takes.
    """
    kind = ACTIONS.get(action)
    if kind is None:
        raise UnusableStepError(f"no action is called {action[:60]!r}")
    try:
        found = kind.model_validate(dict(arguments))
    except ValidationError as err:
        raise UnusableStepError(f"{action}: {explained(err)}") from err
    return found.model_dump(exclude_none=True)


def explained(error: ValidationError) -> str:
    """Return what is wrong, each place with its reason and never with its value."""
    return "; ".join(
        f"{'.'.join(str(part)[:60] for part in problem['loc']) or 'arguments'}: "
        f"{problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_input=False, include_url=False)
    )

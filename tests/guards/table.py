"""The table of guards: what each keeps from happening, how it is switched off, and its test."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from sre_agent.domain import yaml_text


class TableError(Exception):
    """The table cannot be used; the message says why."""


class Switch(BaseModel):
    """A text of the file, and what stands there while the guard is off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    present: Annotated[str, Field(alias="with", min_length=1)]
    absent: Annotated[str, Field(alias="without")]


class Guard(BaseModel):
    """One guard.

    Each text of `switches` stands exactly once in `file`. `test` is the pytest node that must fail
    while they are off; `keeps` says what cannot happen while they are on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    keeps: Annotated[str, Field(min_length=10)]
    file: PurePosixPath
    switches: Annotated[tuple[Switch, ...], Field(min_length=1)]
    test: Annotated[str, Field(pattern=r"^tests/\S+\.py::\S")]

    def without(self, text: str) -> str:
        """Return the file's text with the guard off.

        Raises:
            TableError: What would have to be replaced is not there exactly once.
        """
        for switch in self.switches:
            found = text.count(switch.present)
            if found != 1:
                reason = (
                    f"guard {self.name}: {self.file} has its text {found} times: mend the table"
                )
                raise TableError(reason)
            text = text.replace(switch.present, switch.absent)
        return text


def read(folder: Path, names: Sequence[str] = ()) -> tuple[Guard, ...]:
    """Return the guards of a folder's tables, or those that are named.

    Raises:
        TableError: A table is malformed, two guards have one name, or one that was asked for is in
            none of them.
    """
    guards = tuple(guard for path in sorted(folder.glob("*.yaml")) for guard in _read(path))
    known = [guard.name for guard in guards]
    twice = sorted({name for name in known if known.count(name) > 1})
    if twice:
        raise TableError(f"two guards are called {', '.join(twice)}")
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise TableError(f"no guard is called {', '.join(unknown)}")
    return tuple(guard for guard in guards if not names or guard.name in names)


def _read(path: Path) -> tuple[Guard, ...]:
    try:
        return TypeAdapter(tuple[Guard, ...]).validate_python(yaml_text.read(path.read_text()))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise TableError(f"{path.name}: {error}"[:2000]) from error

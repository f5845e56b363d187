"""Cases of an evaluation: folders with an incident's log and what its cause was. Anyone may have written them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from backend.evals import incident_logs
from backend.evals.incident_logs import IncidentLog
from sre_agent.domain import yaml_text
from sre_agent.domain.causes import Cause, Diagnosis
from sre_agent.domain.errors import PermanentError
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.model import Value
from sre_agent.domain.objects import ObjectRef

CASE_FILE = "case.yaml"
MAX_CASES = 1000
MAX_CASE_BYTES = 64 * 1024
_CASE = "docs/replay.md shows a case"


class UnreadableCaseError(PermanentError):
    """A folder holds no cases, or one that is not as it has to be; the message says where and what to do."""


def _plain_name(name: str) -> str:
    if Path(name).name != name or name.startswith("."):
        raise ValueError("it names a file beside case.yaml, without a path")
    return name


class ExpectedCause(Value):
    """A cause that counts as right: a class of fault, at an object where one is named."""

    fault_class: FaultClass
    object: Annotated[str, Field(max_length=500)] = ""
    """As `Deployment/shop/web`, or as its name alone."""

    def is_met(self, fault_class: str, ref: ObjectRef) -> bool:
        """Return whether that is this cause."""
        return fault_class == self.fault_class and self.object in {"", str(ref), ref.name}


class CaseFile(Value):
    """What `case.yaml` says: what is expected, and of which run of which log."""

    title: str = Field(default="", max_length=200)
    causes: tuple[ExpectedCause, ...] = Field(default=(), max_length=20)
    nothing: bool = False
    """It is right to name no cause."""
    log: Annotated[str, AfterValidator(_plain_name)] = "log.jsonl"
    run: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if bool(self.causes) == self.nothing:
            raise ValueError("write either `causes:` with a list, or `nothing: true`")
        return self


@dataclass(frozen=True)
class Case:
    """One case: its name, what is expected of it, and its log."""

    name: str
    file: CaseFile
    log: IncidentLog

    def is_right(self, found: Diagnosis, most: int) -> bool:
        """Return whether an expected cause is among so many first ones, or none was rightly named."""
        if self.file.nothing:
            return found.abstained
        return any(self.is_expected(cause) for cause in found.causes[:most])

    def is_expected(self, cause: Cause) -> bool:
        """Return whether a cause is one of those that count as right."""
        return self.names(cause.fault_class, cause.object)

    def names(self, fault_class: str, ref: ObjectRef) -> bool:
        """Return the same of a cause in anybody's words."""
        return any(item.is_met(fault_class, ref) for item in self.file.causes)


def read(folder: Path) -> tuple[Case, ...]:
    """Return the cases of a folder by name: each folder in it, or itself, that holds a `case.yaml`.

    Raises:
        UnreadableCaseError: There is none, or one that cannot be read.
        UnreadableLogError: A log cannot be read.
    """
    if not folder.is_dir():
        raise UnreadableCaseError(f"there is no folder {folder}: {_CASE}")
    found = list(_folders(folder))
    if not found:
        raise UnreadableCaseError(
            f"{folder} holds no {CASE_FILE}, nor does a folder in it: {_CASE}"
        )
    if len(found) > MAX_CASES:
        raise UnreadableCaseError(f"{folder} holds more than {MAX_CASES} cases: split it")
    return tuple(_case(item) for item in found)


def _folders(folder: Path) -> Iterator[Path]:
    if (folder / CASE_FILE).exists():
        yield folder
        return
    for item in sorted(folder.iterdir()):
        if not item.is_symlink() and item.is_dir() and (item / CASE_FILE).exists():
            yield item


def _case(folder: Path) -> Case:
    file = folder / CASE_FILE
    said = parse(str(file), _text(file))
    return Case(folder.resolve().name, said, incident_logs.read(folder / said.log))


def _text(file: Path) -> str:
    if file.is_symlink() or not file.is_file():
        raise UnreadableCaseError(f"{file} is no plain file: {_CASE}")
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_CASE_BYTES + 1)
        if len(raw) > MAX_CASE_BYTES:
            raise UnreadableCaseError(f"{file} has more than {MAX_CASE_BYTES} bytes")
        return raw.decode("utf-8")
    except OSError as error:
        raise UnreadableCaseError(f"{file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableCaseError(f"{file} is no text in UTF-8: {error}") from error


def parse(name: str, text: str) -> CaseFile:
    """Return what the text of a `case.yaml` says.

    Raises:
        UnreadableCaseError: naming the file, the line and what is wrong there.
    """
    try:
        document = yaml_text.read_exactly(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise UnreadableCaseError(f"{name} is no YAML: {yaml_text.told(error)}") from error
    if not isinstance(document, dict):
        raise UnreadableCaseError(f"{name} has to say `causes:` with a list: {_CASE}")
    try:
        return CaseFile.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the case"
        line = _line(text, first["loc"])
        told = first["msg"].removeprefix("Value error, ")
        raise UnreadableCaseError(f"{name}, line {line}: {where}: {told}") from error


def _line(text: str, place: tuple[Any, ...]) -> int:
    """Return in which line, from 1, a value stands; that of what holds it where it is missing."""
    node = yaml.compose(text, Loader=yaml_text.LOADER)
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = next(iter(node.value[part : part + 1]), None)
        else:
            found = None
        if found is None:
            break
        node = found
    return node.start_mark.line + 1 if node is not None else 1

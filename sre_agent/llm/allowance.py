"""What may be told to which model: an allow-list of kinds of evidence, wider for a model in the house."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from sre_agent.config import files
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain import yaml_text
from sre_agent.domain.evidence import Evidence
from sre_agent.domain.observations import KINDS

FILE = "model_allowance.yaml"
_INDEX = re.compile(r"\[[^\]]*\]")
_CHANGE = re.compile(r"([+-])([a-z_*]{1,40}(?:\.[a-z_*]{1,40})?)")


@dataclass(frozen=True)
class Allowance:
    """The kinds of evidence that one model may be told, and the fields that it may not."""

    kinds: frozenset[str]
    without: frozenset[str] = frozenset()

    def allows(self, kind: str) -> bool:
        """Return whether evidence of a kind may be told; what is not known may not."""
        return kind in self.kinds

    def of(self, evidence: Evidence) -> Evidence | None:
        """Return evidence as far as it may be told; None where nothing of it may.

        Where fields are left out the summary is, too, because it may repeat them.
        """
        if not self.allows(evidence.kind):
            return None
        facts = _without(evidence.facts, self.without)
        if facts == evidence.facts:
            return evidence
        return evidence.model_copy(update={"facts": facts, "summary": ""})

    def changed(self, changes: str) -> "Allowance":
        """Return it narrowed and widened: `-logs.*,+runbooks.runbook`, applied in this order.

        Raises:
            InvalidConfigurationError: A change cannot be read, or is about no kind of evidence.
        """
        found = self
        for change in filter(None, (part.strip() for part in changes.split(","))):
            read = _CHANGE.fullmatch(change)
            kinds = _matching(read[2]) if read else frozenset()
            if not read or not kinds:
                raise InvalidConfigurationError(
                    f"{change!r} is no change of what a model may be told: write + or - and a kind "
                    f"of evidence, such as -logs.error_patterns or +runbooks.*; there are {', '.join(KINDS)}"
                )
            wider = read[1] == "+"
            found = replace(found, kinds=found.kinds | kinds if wider else found.kinds - kinds)
        return found


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kinds: tuple[str, ...]
    without: tuple[str, ...] = ()


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    local: _Entry
    remote: _Entry


def load(*, is_local: bool, changes: str = "") -> Allowance:
    """Return what a model may be told.

    Args:
        is_local: Whether what it is told stays in the operator's own house.
        changes: For a model elsewhere: what is told beside the shipped list, and what is not.

    Raises:
        InvalidConfigurationError: naming what is wrong.
    """
    return _shipped(is_local=is_local).changed("" if is_local else changes)


def _shipped(*, is_local: bool) -> Allowance:
    try:
        read = _File.model_validate(yaml_text.read((files.shipped() / FILE).read_text("utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise InvalidConfigurationError(f"{FILE}: {error}") from error
    entry = read.local if is_local else read.remote
    kinds = frozenset[str]().union(*map(_matching, entry.kinds))
    return Allowance(kinds, frozenset(entry.without))


def _matching(pattern: str) -> frozenset[str]:
    return frozenset(kind for kind in KINDS if fnmatchcase(kind, pattern))


def _without(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, dict):
        hidden = fields | {"before", "after"} if _changes_one(value, fields) else fields
        return {key: _without(item, fields) for key, item in value.items() if key not in hidden}
    if isinstance(value, list | tuple):
        return [_without(item, fields) for item in value]
    return value


def _changes_one(value: Mapping[str, Any], fields: frozenset[str]) -> bool:
    """Return whether it is a change of one of the fields, by its path: `containers[app].env[URL]`."""
    path = value.get("path")
    return isinstance(path, str) and not fields.isdisjoint(_INDEX.sub("", path).split("."))

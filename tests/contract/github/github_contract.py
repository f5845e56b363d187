"""GitHub's own description of its REST API: holds requests and answers against it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

DESCRIPTION = Path(__file__).with_name("description.json")
ROOT = "urn:github"
LONG = {"{path}", "{ref}", "{basehead}"}
"""Parameters that may hold slashes."""
EVERYWHERE = {"400", "401", "403", "404", "413", "429"}
"""Refusals that any operation may answer, described or not."""
MOST_SHOWN = 6


class ContractError(AssertionError):
    """A request or an answer is not as GitHub describes it."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation as it is described."""

    method: str
    path: str
    described: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return what paths of it look like."""
        parts = re.split(r"(\{\w+\})", self.path)
        words = [
            (".+" if part in LONG else "[^/]+") if part.startswith("{") else re.escape(part)
            for part in parts
        ]
        return re.compile("".join(words))


@cache
def operations() -> tuple[Operation, ...]:
    """Return what is described, the most literal paths first."""
    found = [
        Operation(method, path, described)
        for path, methods in _document()["paths"].items()
        for method, described in methods.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.path.count("{"), -len(each.path))))


def find(method: str, path: str) -> Operation | None:
    """Return the operation of a request, or None where GitHub's description was not taken in."""
    for each in operations():
        if each.method == method.lower() and each.pattern.fullmatch(path):
            return each
    return None


def check_request(operation: Operation, query: Mapping[str, str], body: Any) -> None:
    """Hold a request against its description.

    Raises:
        ContractError: when it has an unknown parameter or another shape.
    """
    known = {each["name"]: each for each in _parameters(operation) if each["in"] == "query"}
    for name, value in query.items():
        if name not in known:
            raise ContractError(f"{operation.method} {operation.path} takes no {name}")
        _check(known[name]["schema"], _read(value, known[name]["schema"]), f"parameter {name}")
    described = _followed(operation.described.get("requestBody", {}))
    if described.get("content"):
        schema = described["content"]["application/json"]["schema"]
        if body is not None or described.get("required"):
            _check(schema, body, f"{operation.method} {operation.path} is asked with")


def check_answer(operation: Operation, status: int, document: Any) -> None:
    """Hold an answer against its description.

    Raises:
        ContractError: when its status is not described or the document has another shape.
    """
    answers = operation.described["responses"]
    if str(status) not in answers:
        if str(status) in EVERYWHERE:
            return
        raise ContractError(f"{operation.method} {operation.path} never answers {status}")
    content = _followed(answers[str(status)]).get("content", {})
    if "application/json" in content:
        _check(content["application/json"]["schema"], document, f"{operation.path} answers")
    elif status < 400 and document not in (None, {}):
        raise ContractError(f"{operation.method} {operation.path} answers without a document")


def _parameters(operation: Operation) -> Iterator[Mapping[str, Any]]:
    for each in operation.described.get("parameters", ()):
        yield _followed(each)


def _followed(node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    _, _, kind, name = node["$ref"].split("/")
    found: Mapping[str, Any] = _document()["components"][kind][name]
    return found


def _read(value: str, schema: Mapping[str, Any]) -> Any:
    kind = _followed(schema).get("type")
    if kind == "integer":
        return int(value)
    return value == "true" if kind == "boolean" else value


def _check(schema: Mapping[str, Any], document: Any, what: str) -> None:
    validator = _validator(json.dumps(schema, sort_keys=True))
    errors = sorted(validator.iter_errors(document), key=lambda error: -len(error.path))
    if errors:
        shown = [
            f"{'/'.join(map(str, error.absolute_path))}: {error.message[-200:]}"
            for error in errors[:MOST_SHOWN]
        ]
        raise ContractError("\n".join([what, *shown]))


@cache
def _validator(schema: str) -> Any:
    """Return what holds documents against a schema, which is written as JSON."""
    absolute = _absolute(json.loads(schema))
    return OAS30Validator(absolute, registry=_registry(), format_checker=oas30_format_checker)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DESCRIPTION.read_text("utf-8"))
    return found


@cache
def _registry() -> Any:
    return Registry().with_resource(ROOT, DRAFT4.create_resource(_document()))


def _absolute(node: Any) -> Any:
    """Return a schema whose references lead into the whole description."""
    if isinstance(node, list):
        return [_absolute(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    return {
        key: f"{ROOT}{value}" if key == "$ref" and str(value).startswith("#") else _absolute(value)
        for key, value in node.items()
    }

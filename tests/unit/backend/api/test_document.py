"""The OpenAPI document: valid, complete, true to its examples, and kept as it is."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from backend.api.document import describe, examples
from backend.api.document.writing import written
from backend.api.routes import new_app

KEPT = Path(__file__).parents[4] / "dashboard" / "openapi.json"
PROBLEM = "application/problem+json"
WEBHOOKS = {"receiveAlerts", "receiveChanges", "receiveGithubEvents"}
OPEN_TO_ALL = {"register", "signIn", "showHealth", "showReadiness", *WEBHOOKS}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return describe(new_app())


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, ways in document["paths"].items():
        for method, operation in ways.items():
            yield method, path, operation


def answers(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the JSON answers of success, by status."""
    for status, answer in operation["responses"].items():
        if status.startswith("2") and "application/json" in answer.get("content", {}):
            yield status, answer["content"]["application/json"]


def faults(document: dict[str, Any], schema: dict[str, Any], value: object) -> list[str]:
    whole = {**schema, "components": document["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]


def test_the_committed_document_is_that_of_the_routes() -> None:
    assert KEPT.read_text("utf-8") == written(), "stale: `make document` writes it anew"


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)


def test_every_operation_can_be_read_and_called_by_name(document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in document["tags"]}
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert len(names) == len(set(names))
    for _, path, operation in operations(document):
        assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"]), path
        assert 10 < len(operation["summary"]) < 100, path
        assert len(operation["tags"]) == 1, path
        assert operation["tags"][0] in known, path


def test_every_route_that_is_not_open_names_its_credentials_and_refusals(
    document: dict[str, Any],
) -> None:
    for method, path, operation in operations(document):
        if operation["operationId"] in OPEN_TO_ALL:
            continue
        assert {"401", "503"} <= set(operation["responses"]), path
        programs, browsers = operation["security"]
        assert programs == {"token": []}, path
        assert set(browsers) == ({"session"} if method == "get" else {"session", "csrf"}), path
        assert method == "get" or "403" in operation["responses"], path
        assert "{" not in path or "404" in operation["responses"], path
        assert "requestBody" not in operation or "422" in operation["responses"], path


def test_every_refusal_has_the_shape_of_a_problem(document: dict[str, Any]) -> None:
    kept = document["components"]["responses"]
    for _, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                name = answer["$ref"].rpartition("/")[2]
                media = kept[name]["content"][PROBLEM]
                assert media["example"]["status"] == int(status), path
                assert media["schema"] == {"$ref": "#/components/schemas/Problem"}
                assert faults(document, media["schema"], media["example"]) == []


def test_every_body_and_every_answer_has_an_example_that_fits(document: dict[str, Any]) -> None:
    wrong = []
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {})
        parts = [("body", media) for media in content.values()]
        parts += [("answer", media) for status, media in answers(operation)][:1]
        for what, media in parts:
            name = f"{operation['operationId']}.{what}"
            if "example" not in media:
                wrong.append(f"{name}: there is none")
                continue
            wrong += [
                f"{name}: {said}" for said in faults(document, media["schema"], media["example"])
            ]

    assert wrong == []


def test_no_example_is_for_a_route_that_is_not_there(document: dict[str, Any]) -> None:
    names = {operation["operationId"] for _, _, operation in operations(document)}

    assert set(examples.known()) - names == set()


def test_no_answer_is_without_a_shape(document: dict[str, Any]) -> None:
    free = {
        path
        for _, path, operation in operations(document)
        for _, media in answers(operation)
        if "$ref" not in media["schema"] and "properties" not in media["schema"]
    }

    assert free == set()


def test_an_example_that_does_not_fit_would_be_found(document: dict[str, Any]) -> None:
    schema = {"$ref": "#/components/schemas/HaltView"}

    assert faults(document, schema, {"halted": "perhaps", "reason": None})
    assert faults(document, schema, {"halted": True, "reason": None}) == []


def test_a_route_that_is_new_changes_the_document() -> None:
    app: FastAPI = new_app()

    @app.get("/api/v1/new", tags=["operations"])
    async def show_new() -> None:
        """Show what is new."""

    assert json.dumps(describe(app)) != json.dumps(describe(new_app()))

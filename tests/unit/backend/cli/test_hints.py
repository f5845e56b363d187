"""Hints at a terminal name commands that exist."""

import re
from typing import Any

import pytest
import typer

from backend.api import problem_table, wrong_fields
from backend.cli.hints import detail, for_terminal
from backend.cli.main import cli

HINTS = sorted({hint for _, _, hint in problem_table.TABLE.values()})


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("List them with GET /api/v1/incidents.", "List them with `sre-agent incidents`."),
        (
            "See where it stands with GET /api/v1/incidents/inc-1; `detail` says what can be done.",
            "See where it stands with `sre-agent show inc-1`; this message says what can be done.",
        ),
        (
            "Look at it again with GET /api/v1/incidents/inc-1/plan and decide on that.",
            "Look at it again with `sre-agent show inc-1` and decide on that.",
        ),
        (
            "GET /api/v1/audit/verify?incident=inc-1 names the place.",
            "`sre-agent audit verify --incident inc-1` names the place.",
        ),
        ("Send a shorter reason.", "Send a shorter reason."),
        (
            "Correct what `detail` names and send again.",
            "Correct what this message names and try again.",
        ),
    ],
)
def test_a_route_is_told_as_the_command_that_calls_it(said: str, told: str) -> None:
    assert for_terminal(said) == told


@pytest.mark.parametrize("hint", HINTS)
def test_every_hint_of_the_error_table_names_commands_that_exist(hint: str) -> None:
    told = for_terminal(hint.replace("{id}", "inc-1"))

    assert not re.search(r"(GET|POST|PATCH|DELETE) /", told)
    for words in re.findall(r"`sre-agent ([a-z -]+)", told):
        assert is_command(words.split()), told


@pytest.mark.parametrize("hint", [*HINTS, wrong_fields.HINT])
def test_no_hint_at_a_terminal_speaks_of_what_only_the_api_has(hint: str) -> None:
    told = for_terminal(hint)

    quoted = re.findall(r"`([^`]+)`", told)
    assert all(words.startswith("sre-agent ") for words in quoted), told
    assert not re.search(r"\b[a-z]+_[a-z]+\b", told), told


def test_a_wrong_field_is_told_by_the_flag_that_gives_it() -> None:
    errors = [
        {"field": "body.starts_at", "message": "Input should have timezone info"},
        {"field": "clusters.0", "message": "too long"},
        {"field": "arguments.replicas", "message": "at least 1"},
    ]

    told = detail({"detail": "body.starts_at: ...", "errors": errors})

    assert told == (
        "--from: say the zone too, as in 2026-12-20T08:00:00+01:00 or 2026-12-20T07:00:00Z; "
        "--cluster 0: too long; arguments replicas: at least 1"
    )
    assert detail({"detail": "the plan is another"}) == "the plan is another"


def test_a_command_that_is_not_there_would_be_found() -> None:
    assert not is_command(["coffee"])
    assert not is_command(["users", "greet"])
    assert is_command(["users", "list"])


def is_command(words: list[str]) -> bool:
    """Return whether the words begin with a command; what follows it are its arguments."""
    found: Any = typer.main.get_command(cli)
    for word in words:
        commands = getattr(found, "commands", None)
        if commands is None:
            return True
        if word not in commands:
            return False
        found = commands[word]
    return True

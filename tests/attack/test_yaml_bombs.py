"""Files that people hand in or configure are refused when they grow, nest or run on without end."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from attack_counts import Attack
from pydantic import BaseModel

from backend.cli import export_check
from sre_agent.config import freezes, objectives, services
from sre_agent.domain import yaml_text
from sre_agent.domain.errors import PermanentError
from sre_agent.planning import yaml_files
from sre_agent.safety import policy_files

pytestmark = pytest.mark.attack("YAML bomb in a file of people")
WITHIN_S = 20.0
LAUGHS = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)
MERGES = "a0: &a0 {x: 1}\n" + "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10)
)
BOMBS = {
    "aliases of aliases": LAUGHS,
    "merges of merges": MERGES,
    "an alias within itself": "a: &a [*a]\n",
    "lists in lists": "a:\n  " + "[" * 100_000,
    "mappings in mappings": "a: " + "{b: " * 100_000,
    "a number of many parts": "a: " + "1:" * 150_000 + "1",
}


def _policy(text: str) -> None:
    """Read a policy, whose faults are told and not raised."""
    found = policy_files.read({"own.yaml": text})
    assert not found.rules
    raise PermanentError(str(found.fault))


READERS: dict[str, Callable[[str], object]] = {
    "policy": _policy,
    "objectives": lambda text: objectives.parse({"own.yaml": text}),
    "freezes": lambda text: freezes.parse("own.yaml", text),
    "services": lambda text: services.parse("own.yaml", text),
    "playbook": lambda text: yaml_files.validate("own.yaml", text, BaseModel),
}


@pytest.mark.parametrize("bomb", sorted(BOMBS))
@pytest.mark.parametrize("kind", sorted(READERS))
def test_no_file_that_people_hand_in_is_built_beyond_reason(
    kind: str, bomb: str, attack: Attack
) -> None:
    attack.throws(BOMBS[bomb])
    started = time.monotonic()

    told = r"(?s)own\.yaml.*(nested more|more than \d+ (values|characters))"
    with pytest.raises(PermanentError, match=told):
        READERS[kind](BOMBS[bomb])

    assert time.monotonic() - started < WITHIN_S


@pytest.mark.parametrize("bomb", ["aliases of aliases", "lists in lists"])
def test_what_is_beyond_reason_is_told_with_its_line(bomb: str, attack: Attack) -> None:
    attack.throws(BOMBS[bomb])

    with pytest.raises(PermanentError, match=r"own\.yaml:\d+: it .*\(line \d+, column \d+\)"):
        READERS["policy"](BOMBS[bomb])


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_file_without_end_is_not_even_looked_through(kind: str, attack: Attack) -> None:
    text = "#" * (yaml_text.MAX_CHARS + 1)
    attack.throws(text)

    with pytest.raises(PermanentError, match="characters: split the file"):
        READERS[kind](text)


@pytest.mark.parametrize("line", ["[" * 100_000, json.dumps("x" * 1000), "{" * 9])
def test_an_export_that_nests_without_end_is_unproven(
    line: str, attack: Attack, tmp_path: Path
) -> None:
    attack.throws(line)
    file = tmp_path / "export.jsonl"
    file.write_text(line + "\n", encoding="utf-8")

    with pytest.raises(export_check.ExportUnprovenError):
        export_check.check(file, {})

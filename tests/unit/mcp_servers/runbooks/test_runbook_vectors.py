"""Answers that the server gave, kept so that the brain reads exactly what the server writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.common.envelope import Record
from mcp_servers.runbooks.answers import Matches, Whole
from sre_agent.domain.observations import KINDS

VECTORS = Path(__file__).parents[3] / "vectors" / "runbooks"
WRITTEN: dict[str, type[Record]] = {"search_runbooks": Matches, "get_runbook": Whole}


def vector(tool: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((VECTORS / f"{tool}.json").read_text())
    return found


@pytest.mark.parametrize("tool", WRITTEN)
def test_the_server_still_writes_what_it_wrote(tool: str) -> None:
    data = vector(tool)["data"]

    assert WRITTEN[tool].model_validate(data).model_dump(mode="json") == data


@pytest.mark.parametrize("tool", WRITTEN)
def test_the_brain_reads_all_that_the_server_writes(tool: str) -> None:
    found = vector(tool)

    assert (
        KINDS[found["kind"]].model_validate(found["data"]).model_dump(mode="json") == found["data"]
    )

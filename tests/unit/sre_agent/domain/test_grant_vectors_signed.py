"""The signer's side of the grant vectors, which the verifier's side is held to as well."""

import json
from pathlib import Path
from typing import Any

import pytest

from sre_agent.domain import canonical
from sre_agent.domain.grant import GrantClaims
from sre_agent.domain.grant_binding import arguments_sha256
from sre_agent.domain.plan import DryRun

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "vectors" / "grants.json").read_text()
)


REHEARSED = {"state_sha256": "s", "result_sha256": "r", "uid": "u", "changes": ()}


@pytest.mark.parametrize("case", VECTORS["canonical"], ids=lambda case: str(case["name"]))
def test_json_is_spelled_and_hashed_as_the_verifier_does(case: dict[str, Any]) -> None:
    assert canonical.dumps(case["value"]) == case["text"]
    assert canonical.sha256(case["value"]) == case["sha256"]


@pytest.mark.parametrize("case", VECTORS["arguments"], ids=lambda case: str(case["arguments"]))
def test_arguments_are_hashed_as_the_verifier_does(case: dict[str, Any]) -> None:
    assert arguments_sha256(case["arguments"]) == case["sha256"]


@pytest.mark.parametrize("case", VECTORS["figures"], ids=lambda case: str(case["figures"]))
def test_numbers_are_hashed_as_the_verifier_does(case: dict[str, Any]) -> None:
    rehearsed = DryRun.model_validate({**REHEARSED, "figures": case["figures"]})

    assert rehearsed.figures_sha256 == case["sha256"]


def test_the_claims_are_those_the_verifier_reads() -> None:
    assert (
        GrantClaims.model_validate(VECTORS["claims"]).model_dump(mode="json") == VECTORS["claims"]
    )

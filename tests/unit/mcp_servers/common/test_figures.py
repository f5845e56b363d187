"""What policy judged is hashed alike by the server that reads it and the brain that judges it."""

import pytest

from mcp_servers.common import figures
from mcp_servers.common.figures import Figure
from sre_agent.domain.plan import DryRun
from sre_agent.domain.plan import Figure as Judged

REPLICAS = {"name": "replicas", "before": 2, "after": 4}


@pytest.mark.parametrize("labels", [{}, {"team": "web"}, {"team": "wéb", "a/b": ""}])
@pytest.mark.parametrize("numbers", [[], [REPLICAS]])
def test_server_and_brain_hash_numbers_and_labels_alike(
    numbers: list[dict[str, object]], labels: dict[str, str]
) -> None:
    rehearsed = DryRun(
        state_sha256="s",
        result_sha256="r",
        uid="u",
        changes=(),
        figures=tuple(Judged.model_validate(item) for item in numbers),
        labels=labels,
    )

    found = figures.sha256([Figure.model_validate(item) for item in numbers], labels)

    assert found == rehearsed.figures_sha256


def test_other_labels_are_another_hash_and_none_is_that_of_the_numbers() -> None:
    numbers = [Figure.model_validate(REPLICAS)]

    hashes = {figures.sha256(numbers, labels) for labels in ({}, {"a": "b"}, {"a": "c"})}

    assert len(hashes) == 3
    assert figures.sha256(numbers) in hashes

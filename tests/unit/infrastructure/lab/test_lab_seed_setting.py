"""LAB_SEED."""

import pytest

from infrastructure.lab import settings


@pytest.mark.parametrize(("text", "seed"), [("", 1), ("3", 3), ("-2", -2)])
def test_the_seed_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, text: str, seed: int
) -> None:
    monkeypatch.setenv("LAB_SEED", text)

    assert settings.seed() == seed


def test_a_seed_that_is_no_number_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_SEED", "many")

    with pytest.raises(ValueError, match="LAB_SEED"):
        settings.seed()

"""The catalogue of faults is listed, and each class explained, at the command line."""

import pytest

from backend.cli import faults
from backend.cli.faults import UnknownFaultError
from sre_agent.config import loader
from sre_agent.domain.faults import FaultClass

CATALOGUE = loader.load_catalogue()


def test_the_list_has_every_class() -> None:
    text = "\n".join(faults.listing(CATALOGUE))

    assert all(f"  {item} " in text for item in FaultClass)


def test_an_explanation_says_what_it_is_told_apart_from_and_what_to_do() -> None:
    text = "\n".join(faults.explain(CATALOGUE, "image_not_found"))

    assert "image_pull_unauthorized: " in text
    assert "crash-storm" in text
    assert "{" not in text


def test_a_fault_that_there_is_not_brings_those_that_sound_like_it() -> None:
    with pytest.raises(UnknownFaultError, match="image_not_found"):
        faults.explain(CATALOGUE, "image_gone")


def test_a_fault_that_sounds_like_nothing_brings_the_way_to_the_list() -> None:
    with pytest.raises(UnknownFaultError, match="sre-agent faults"):
        faults.explain(CATALOGUE, "zzz")

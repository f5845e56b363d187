"""YAML is read into plain values and into nothing else."""

import pytest
import yaml

from sre_agent.domain import yaml_text


def test_a_text_becomes_plain_values() -> None:
    assert yaml_text.read("a: [1, x]\nb: {c: true}") == {"a": [1, "x"], "b": {"c": True}}


def test_an_empty_text_is_nothing() -> None:
    assert yaml_text.read("") is None


@pytest.mark.parametrize("text", ["!!python/object/apply:os.getcwd []", "a: [", "a: 1\n---\nb: 2"])
def test_what_is_no_plain_document_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        yaml_text.read(text)

"""YAML is read into plain values and into nothing else."""

from collections.abc import Callable

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


@pytest.mark.parametrize("text", ["a: 1\na: 2", "a: [{b: 1, b: 1}]", "{a: 1, 'a': 1}"])
def test_a_key_that_is_said_twice_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="is there twice") as raised:
        yaml_text.read(text)

    assert raised.value.problem_mark is not None


@pytest.mark.parametrize("read", [yaml_text.read, yaml_text.read_exactly])
@pytest.mark.parametrize(
    "value",
    [
        "2026-13-45",
        "0x_",
        "!!int foo",
        "!!bool perhaps",
        "!!timestamp soon",
        "!!map x",
        "!!map [b]",
        "!!set [b]",
        "1" * 5_000,
        "1:" * 300 + "1.5",
    ],
)
def test_a_value_that_is_none_is_refused_with_its_place(
    value: str, read: Callable[[str], object]
) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as raised:
        read(f"a: 1\nb: {value}")

    assert yaml_text.told(raised.value).endswith("(line 2, column 4)")


def test_a_day_that_is_none_is_told_as_such() -> None:
    with pytest.raises(yaml.MarkedYAMLError, match="is no timestamp: correct it, or put it in"):
        yaml_text.read("a: 2026-13-45")


def test_what_is_merged_may_be_said_again() -> None:
    text = "a: &a {x: 1, y: 2}\nb: {<<: *a, x: 3}"

    assert yaml_text.read(text)["b"] == {"x": 3, "y": 2}

"""The catalogue says of every class of fault what a person needs, and refuses to say half of it."""

from importlib import resources

import pytest
import yaml

from sre_agent.config import catalogue, loader
from sre_agent.config.catalogue import InvalidCatalogueError
from sre_agent.domain.catalogue import Layer
from sre_agent.domain.causes import Cause, Finding, Stance
from sre_agent.domain.faults import FaultClass
from sre_agent.domain.ids import EvidenceId
from sre_agent.domain.objects import ObjectRef


def shipped() -> dict[str, str]:
    folder = resources.files("sre_agent.config") / "faults"
    return {item.name: item.read_text("utf-8") for item in folder.iterdir()}


def changed(file: str, fault: str, **fields: object) -> dict[str, str]:
    texts = shipped()
    entries = yaml.safe_load(texts[file])
    entries[fault] |= fields
    return {**texts, file: yaml.safe_dump(entries)}


def test_the_shipped_catalogue_has_every_class_and_every_layer() -> None:
    found = loader.load_catalogue()

    assert set(found.entries) == set(FaultClass)
    assert {entry.layer for entry in found.entries.values()} == set(Layer)


def test_every_class_has_a_neighbour_it_is_told_apart_from() -> None:
    found = loader.load_catalogue()

    assert [item for item, entry in found.entries.items() if not entry.told_apart] == []


def test_no_two_classes_have_the_same_title() -> None:
    titles = [entry.title for entry in loader.load_catalogue().entries.values()]

    assert len(set(titles)) == len(titles)


def test_advice_names_the_object_and_the_detail() -> None:
    ref = ObjectRef.deployment("shop", "web")
    finding = Finding(
        rule="r",
        fault_class=FaultClass.IMAGE_NOT_FOUND,
        object=ref,
        stance=Stance.FOR,
        weight=1,
        statement="s",
        evidence_ids=(EvidenceId("e"),),
    )
    cause = Cause(
        fault_class=FaultClass.IMAGE_NOT_FOUND,
        object=ref,
        confidence=0.9,
        statement="s",
        findings=(finding,),
        facts={"detail": "web:2"},
    )

    for fault_class, entry in loader.load_catalogue().entries.items():
        text = entry.advise(cause)

        assert "{" not in text, fault_class
        assert "web" in text, fault_class


def test_a_narrow_class_explains_a_wide_one_over_several_steps() -> None:
    found = loader.load_catalogue()

    assert found.explains(FaultClass.IMAGE_NOT_FOUND, FaultClass.IMAGE_UNAVAILABLE)
    assert found.explains(FaultClass.IMAGE_NOT_FOUND, FaultClass.NO_ENDPOINTS)
    assert not found.explains(FaultClass.NO_ENDPOINTS, FaultClass.IMAGE_NOT_FOUND)


def test_how_two_classes_are_told_apart_may_stand_with_either() -> None:
    found = loader.load_catalogue()
    one, other = FaultClass.INSUFFICIENT_CPU, FaultClass.CPU_OVERLOAD

    assert found.told_apart(one, other)
    assert found.told_apart(one, other) == found.told_apart(other, one)


def test_a_class_that_nothing_is_said_of_is_named() -> None:
    texts = shipped()
    entries = yaml.safe_load(texts["images.yaml"])
    del entries["image_not_found"]

    with pytest.raises(InvalidCatalogueError, match="image_not_found"):
        catalogue.parse({**texts, "images.yaml": yaml.safe_dump(entries)})


def test_a_class_that_stands_twice_is_named() -> None:
    texts = shipped()
    twice = yaml.safe_load(texts["images.yaml"])["image_not_found"]
    config = yaml.safe_load(texts["config.yaml"]) | {"image_not_found": twice}

    with pytest.raises(InvalidCatalogueError, match="image_not_found is in the catalogue twice"):
        catalogue.parse({**texts, "config.yaml": yaml.safe_dump(config)})


@pytest.mark.parametrize(
    "fields",
    [
        {"told_apart": {"no_such_fault": "how"}},
        {"told_apart": {"image_not_found": "how"}},
        {"narrower_than": ["no_such_fault"]},
        {"narrower_than": ["image_not_found"]},
        {"expects": ["nonsense"]},
        {"signs": []},
        {"title": ""},
        {"more": 1},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(fields: dict[str, object]) -> None:
    texts = changed("images.yaml", "image_not_found", **fields)

    with pytest.raises(InvalidCatalogueError, match="image"):
        catalogue.parse(texts)


@pytest.mark.parametrize("text", ["", "[]", "{", "no_such_fault: {}", "image_not_found: 3"])
def test_a_file_that_makes_no_sense_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidCatalogueError, match=r"images\.yaml"):
        catalogue.parse({**shipped(), "images.yaml": text})


def test_a_file_that_is_no_layer_is_refused() -> None:
    with pytest.raises(InvalidCatalogueError, match=r"misc\.yaml"):
        catalogue.parse({**shipped(), "misc.yaml": "{}"})


@pytest.mark.parametrize(
    ("playbook", "complaint"),
    [("no-such-playbook", "there is no playbook"), ("certificate-expiry", "add it to the trigger")],
)
def test_a_playbook_that_is_not_for_the_class_is_refused(playbook: str, complaint: str) -> None:
    found = catalogue.parse(changed("images.yaml", "image_not_found", playbook=playbook))
    known = {
        item.name: frozenset(item.trigger.fault_classes)
        for item in loader.load_playbooks().playbooks
    }

    with pytest.raises(InvalidCatalogueError, match=complaint):
        catalogue.check_playbooks(found, known)

"""What is left of a model's prose once it is held against the facts it was told."""

import pytest

from sre_agent.ask import checking
from sre_agent.ask.answers import Support
from sre_agent.ask.citing import Fact, event

NAMES = ("web", "prod/web", "api", "prod/api")
FACTS = {
    "f1": Fact(
        text="inc-4f of prod/web: Errors, critical, awaiting approval, likeliest cause: bad_release of web (72%)",
        cites=(event("inc-4f", 9),),
        kind="ask.incident",
    ),
    "f2": Fact(
        text="42.0% of its error budget is left", cites=(event("inc-4f", 3),), kind="ask.slo"
    ),
}


def supports(text: str) -> list[tuple[str, Support]]:
    answer = checking.check(text, FACTS, NAMES, "scripted/model")
    return [(item.text, item.support) for item in answer.sentences]


CITED, UNCITED, UNSUPPORTED = Support.CITED, Support.UNCITED, Support.UNSUPPORTED

JUDGED: list[tuple[str, list[tuple[str, Support]]]] = [
    ("It waits for approval [f1].", [("It waits for approval", CITED)]),
    ("It waits for approval. [f1]", [("It waits for approval.", CITED)]),
    ("- Cause: bad_release of web at 72% [f1]", [("Cause: bad_release of web at 72%", CITED)]),
    ("Of prod/web 42 % is left [f1, f2]", [("Of prod/web 42 % is left", UNSUPPORTED)]),
    ("Of prod/web 42.0% is left [f1][f2]", [("Of prod/web 42.0% is left", CITED)]),
    ("It is fine.", [("It is fine.", UNCITED)]),
    ("It was resolved [f1].", [("It was resolved", UNSUPPORTED)]),
    ("The cause is at 99% [f1].", [("The cause is at 99%", UNSUPPORTED)]),
    ("Also api fails [f1].", [("Also api fails", UNSUPPORTED)]),
    ("See inc-77 [f1].", [("See inc-77", UNSUPPORTED)]),
    ("It waits [f9].", [("It waits", UNCITED)]),
    (
        "One thing. It waits [f1]. Fine!",
        [("One thing.", UNCITED), ("It waits", CITED), ("Fine!", UNCITED)],
    ),
    ("", []),
    ("[f1] [f2]", []),
    ("** --", []),
]


@pytest.mark.parametrize(
    ("text", "expected"), JUDGED, ids=[text or "nothing" for text, _ in JUDGED]
)
def test_a_sentence_is_believed_only_as_far_as_its_facts_say_so(
    text: str, expected: list[tuple[str, Support]]
) -> None:
    assert supports(text) == expected


def test_a_citation_that_does_not_exist_is_struck_and_counted() -> None:
    answer = checking.check("It waits [f1, f7]. And [f999] more [f0].", FACTS, NAMES, "m")

    assert answer.struck == 3
    assert [cite.told for item in answer.sentences for cite in item.cites] == ["inc-4f#9"]


def test_an_endless_answer_is_cut_and_steers_no_terminal() -> None:
    answer = checking.check("\x1b[2J\u202eEvil [f1].\n" * 5000, FACTS, NAMES, "m")

    assert len(answer.sentences) == checking.MAX_SENTENCES
    assert "too long" in answer.notes[0]
    assert all(item.text.isprintable() for item in answer.sentences)


@pytest.mark.parametrize(
    "text", ["[f1" * 2000, "[ f1," * 900, "f" * 4000, "." * 4000, "a. " * 1300]
)
def test_hostile_prose_takes_no_time(text: str) -> None:
    assert len(supports(text)) <= checking.MAX_SENTENCES

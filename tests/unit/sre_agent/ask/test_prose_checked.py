"""What is left of a model's prose once it is held against the facts it was told."""

import pytest

from sre_agent.ask import checking
from sre_agent.ask.answers import Support
from sre_agent.ask.citing import Fact, event

NAMES = ("web", "prod/web", "api", "prod/api", "payments")
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


FACTS |= {
    "f3": Fact(
        text="inc-4f waits for a person to approve its plan (rollback)",
        cites=(event("inc-4f", 8),),
        kind="ask.incident",
    ),
    "f4": Fact(
        text="Plan approved by ann through war room", cites=(event("inc-4f", 7),), kind="ask.deed"
    ),
    "f5": Fact(text="api calls web", cites=(event("inc-4f", 5),), kind="ask.incident"),
    "f6": Fact(
        text="Verified: not resolved (the error ratio is 12%)",
        cites=(event("inc-4f", 6),),
        kind="ask.incident",
    ),
}
FACTS |= {
    "f21": Fact(text="payments is healthy", cites=(event("inc-5", 2),), kind="ask.incident"),
    "f22": Fact(
        text="inc-6 of prod/api: Errors, open", cites=(event("inc-6", 2),), kind="ask.incident"
    ),
    "f23": Fact(
        text="inc-4f waits for 2 people to approve its plan (rollback)",
        cites=(event("inc-4f", 8),),
        kind="ask.incident",
    ),
    "f24": Fact(text="0 of 5 pods ready", cites=(event("inc-4f", 8),), kind="kubernetes.workload"),
}
CITED, UNCITED, UNSUPPORTED = Support.CITED, Support.UNCITED, Support.UNSUPPORTED

JUDGED: list[tuple[str, list[tuple[str, Support]]]] = [
    ("It waits for approval [f1].", [("It waits for approval", CITED)]),
    ("It waits for approval. [f1]", [("It waits for approval.", CITED)]),
    (
        "- Likeliest cause: bad_release of web at 72% [f1]",
        [("Likeliest cause: bad_release of web at 72%", CITED)],
    ),
    ("- Cause: bad_release of web [f1]", [("Cause: bad_release of web", UNSUPPORTED)]),
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


LIES = (
    "Plan approved by mallory [f4]",
    "The plan was approved [f3]",
    "\u0430pproved by ann [f1]",
    "It was restored from a backup [f1]",
    "It is safe to delete the database [f1]",
    "It is not awaiting approval [f1]",
    "It is resolved [f6]",
    "The error ratio is twelve percent, verified [f6]",
    "web calls api [f5]",
    "inc-4f: 12% of its error budget is left [f2, f6]",
    "api awaits approval [f1, f5]",
    "Ситуация под контролем [f1]",
    "Plan approved by ann ✅ [f4]",
    "api is healthy [f5, f21]",
    "Of payments 42.0% is left [f2, f21]",
    "Of prod/api 42.0% is left [f1, f2, f22]",
    "Of api 42.0% is left [f2, f5]",
    "2 people did approve its plan [f23]",
    "All 5 pods are ready [f24]",
    f"Plan approved [{', '.join(FACTS)}, f1, f4, {', '.join(f'f{n}' for n in range(7, 20))}]",
)
"""What facts do not say, in their own words as far as possible."""


@pytest.mark.parametrize("text", LIES)
def test_a_lie_in_the_words_of_facts_is_never_shown_as_borne_out(text: str) -> None:
    more = {f"f{n}": FACTS["f4"] for n in range(7, 20)}
    answer = checking.check(text, FACTS | more, NAMES, "scripted/model")

    assert [item.support for item in answer.sentences if item.support is CITED] == []


@pytest.mark.parametrize(
    "text",
    [
        "Plan approved by ann [f4]",
        "It waits for a person to approve its plan [f3]",
        "inc-4f is not resolved: the error ratio is 12% [f6]",
        "api calls web, and the plan was approved by ann [f4, f5]",
    ],
)
def test_what_facts_say_in_their_words_is_shown_as_borne_out(text: str) -> None:
    assert [support for _, support in supports(text)] == [CITED]


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

"""A known vulnerability stops the check until it is mended or accepted, and nothing else does."""

from datetime import date
from typing import Any

import pytest

from infrastructure.advisories import judging
from infrastructure.advisories.judging import Accepted, Answer

TODAY = date(2026, 3, 1)
PIP: dict[str, Any] = {
    "dependencies": [
        {"name": "sound", "version": "1.0", "vulns": []},
        {
            "name": "leaky",
            "version": "2.1",
            "vulns": [
                {
                    "id": "PYSEC-2026-7",
                    "aliases": ["CVE-2026-1234"],
                    "fix_versions": ["2.2"],
                    "description": "it leaks",
                }
            ],
        },
    ]
}
NPM: dict[str, Any] = {
    "vulnerabilities": {
        "broken": {
            "via": [
                {
                    "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
                    "title": "it breaks",
                    "severity": "high",
                    "range": "<3",
                }
            ]
        },
        "above": {"via": ["broken"]},
    },
    "metadata": {"dependencies": {"total": 12}},
}


def accepted(id_: str = "CVE-2026-1234", until: date = TODAY) -> Accepted:
    return Accepted(id=id_, package="leaky", reason="never called by us", until=until)


def test_what_is_vulnerable_is_told_with_what_mends_it() -> None:
    answers = [judging.of_pip_audit("a", PIP), judging.of_npm_audit("b", NPM)]

    assert [answer.looked_at for answer in answers] == [2, 12]
    assert judging.faults(answers, [], TODAY) == [
        "leaky 2.1: PYSEC-2026-7, mended in 2.2",
        "broken: it breaks (high, <3)",
    ]


def test_what_is_accepted_under_any_of_its_names_does_not_stop_the_check() -> None:
    assert judging.faults([judging.of_pip_audit("a", PIP)], [accepted()], TODAY) == []


def test_what_is_accepted_for_one_package_is_not_for_another() -> None:
    other = accepted().model_copy(update={"package": "sound"})

    assert len(judging.faults([judging.of_pip_audit("a", PIP)], [other], TODAY)) == 2


def test_an_acceptance_ends() -> None:
    over = accepted(until=date(2026, 2, 28))

    [told] = judging.faults([judging.of_pip_audit("a", PIP)], [over], TODAY)

    assert told == "CVE-2026-1234 was accepted until 2026-02-28 only: look at it again"


def test_an_acceptance_that_nothing_answers_to_is_removed_unless_nobody_could_be_asked() -> None:
    idle = accepted("CVE-2025-1")
    answer = Answer("a", looked_at=3)

    assert judging.faults([answer], [idle], TODAY) == [
        "CVE-2025-1 of leaky is accepted, and no service knows of it: remove it"
    ]
    assert judging.faults([answer, Answer("b", unread=("no answer",))], [idle], TODAY) == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (judging.of_npm_audit("b", {"message": "405 Method Not Allowed\nmore"}), "405 Method"),
        (judging.of_npm_audit("b", {}), "no answer"),
        (
            judging.of_pip_audit("a", {"dependencies": [{"name": "x", "skip_reason": "unknown"}]}),
            "1 packages are unknown to the service: x",
        ),
    ],
)
def test_what_nobody_looked_at_is_not_called_sound(answer: Answer, said: str) -> None:
    assert answer.looked_at == 0
    assert said in answer.unread[0]

"""What speaks for a change and against it is told in words that people read as they are meant."""

import pytest
from changes_told import commit, deploy, lines, stepped, told

from sre_agent.diagnosis.changes import judgement, scene, symptoms
from sre_agent.diagnosis.changes.commits import HARMLESS
from sre_agent.diagnosis.changes.reason import Reason

TYPED = (
    "@@ -1,2 +1,4 @@\n"
    '+MINOR_UNITS: Mapping[str, int] = {"EUR": 2}\n'
    "-    return round(total, 2)\n+    return round(total, MINOR_UNITS[currency])"
)
TRACE = "KeyError: 'JPY'\n  File \"services/pay/pricing.py\", line 3, in price"


def reasons(words: str, path: str, diff: str) -> dict[str, Reason]:
    """Return what is said of a commit that went live just before the onset, by its rules."""
    story = told(
        "pay",
        {("pay", "http_p99_ms"): stepped(80, 4000)},
        lines("pay", words),
        [commit("p", 66, "Change", path, diff)],
        [deploy("p", 68, "pay")],
    )
    [charge] = judgement.judge(scene.build(story)).charges
    return {reason.rule: reason for reason in charge.reasons}


def test_shared_words_are_told_as_they_are_written() -> None:
    found = reasons(
        "cannot settle invoices: prices expired",
        "services/pay/prices.py",
        "-    price = expire(invoice)\n+    price = settle(invoice)",
    )

    said = found["words.shared"].statement.removeprefix("complaints and change speak of ")
    assert set(said.split(", ")) == {"settle", "invoices", "prices", "expired"}


def test_what_seldom_leads_to_what_fails_is_told_as_that() -> None:
    found = reasons(
        "request took 9000 ms", "services/pay/rule.py", "-    if a < b:\n+    if a <= b:"
    )

    assert "mechanism.fits" not in found
    assert found["mechanism.seldom"].weight < 0.0
    assert found["mechanism.seldom"].statement == (
        "at most this leads to what fails, and seldom does: a condition is another"
    )


def test_what_fits_is_told_with_how_it_would_show() -> None:
    found = reasons(
        "timed out acquiring connection from pool",
        "services/pay/config.yaml",
        "-  max_open_conns: 60\n+  max_open_conns: 5",
    )

    assert found["mechanism.fits"].statement == (
        "a pool is smaller, which would show as an exhausted pool"
    )


def test_a_name_of_a_type_is_no_mapping_of_stored_data() -> None:
    found = reasons(TRACE, "services/pay/pricing.py", TYPED)

    assert not [each for each in found.values() if "stored data" in each.statement]


def test_every_way_to_fail_has_words() -> None:
    assert set(symptoms.IN_WORDS) == set(symptoms.Symptom)


@pytest.mark.parametrize(
    ("words", "is_innocent"),
    [
        ("cannot settle invoices", True),
        ("write /var/log/pay: no space left on device", False),
    ],
)
def test_a_line_that_is_logged_is_harmless_unless_disks_are_full(
    words: str, *, is_innocent: bool
) -> None:
    found = reasons(words, "services/pay/a.go", '+\tlog.Info("paid", "id", id)')

    assert any(rule.startswith(("innocence", HARMLESS)) for rule in found) is is_innocent

"""Of what is planted in texts nearly all is found, and of what is harmless nearly nothing taken."""

import sys
from collections import Counter

import harmless_made
import pytest
import secrets_made

from sre_agent.llm.redaction import redact

KEY = b"k" * 32
SEED = 20_261_122
LEAST_RECALL = 0.99
MOST_FALSE_ALARMS = 0.005


def test_nearly_everything_planted_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    planted = list(secrets_made.planted(SEED, each=10))

    missed = [item for item in planted if item.secret in redact(item.text, KEY).text]

    recall = 1 - len(missed) / len(planted)
    with capsys.disabled():
        sys.stdout.write(
            f"\nredaction: {len(planted)} secrets and personal data of {len(secrets_made.KINDS)} "
            f"kinds, recall {recall:.4f}, missed {dict(Counter(item.kind for item in missed))}\n"
        )
    assert len(planted) >= 200
    assert len(secrets_made.KINDS) >= 20
    assert recall >= LEAST_RECALL, missed


def test_operational_text_goes_through_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(harmless_made.lines(SEED, each=60))

    changed = [line for line in lines if redact(line, KEY).text != line]

    rate = len(changed) / len(lines)
    with capsys.disabled():
        sys.stdout.write(f"\nredaction: {len(lines)} harmless lines, false alarms {rate:.4f}\n")
    assert len(lines) >= 2000
    assert rate <= MOST_FALSE_ALARMS, changed[:5]


def test_what_was_taken_out_comes_back() -> None:
    for item in secrets_made.planted(SEED + 1, each=3):
        taken = redact(item.text, KEY)

        if "://" not in item.text:
            assert taken.restore(taken.text) == item.text

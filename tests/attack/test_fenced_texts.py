"""Nothing that strangers write leaves its fence, hides in a prompt, or takes a secret along."""

import time
import unicodedata

import attack_corpus
import pytest
from attack_counts import Attack

from sre_agent.llm import fencing
from sre_agent.llm.redaction import Redactor

pytestmark = pytest.mark.attack
TECHNIQUES = attack_corpus.by_technique()
KEY = b"of one incident, sixteen or more"
SECRETS = (
    "correct-horse-battery-staple",
    "abcdefghijklmnopqrstuvwxyz012345",
    "Sup3rS3cretPw",
    "AKIAQWERTYUIOPASDFGH",
    "zxcvbnmasdfghjkl1234",
    "c2lnbmF0dXJlMTIz",
)
WITHIN_S = 20.0


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_no_text_leaves_its_fence(technique: str, attack: Attack) -> None:
    for text in attack.each_of(technique):
        nonce = fencing.new_nonce()
        began = time.process_time()

        shown = fencing.untrusted(f"{text}<end {nonce}>", Redactor(KEY), nonce)

        first, *lines, last = shown.split("\n")
        assert (first, last) == (f"<untrusted {nonce}>", f"<end {nonce}>")
        assert nonce not in "\n".join(lines)
        assert all(line.startswith(("| ", "(")) for line in lines)
        assert len(shown) < 3 * fencing.MAX_CHARS
        assert not [c for c in "".join(lines) if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]
        assert time.process_time() - began < WITHIN_S


def test_no_secret_goes_along(attack: Attack) -> None:
    attack.uses("secrets in text")
    attack.throws(*TECHNIQUES["secrets in text"])
    for text in TECHNIQUES["secrets in text"]:
        shown = fencing.untrusted(f"before {text} after", Redactor(KEY), fencing.new_nonce())

        attack.leaks_nothing(secret for secret in SECRETS if secret in shown)

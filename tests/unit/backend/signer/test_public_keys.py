"""Public keys that a person names are read, or it is said what they should be."""

import base64

import pytest

from backend.signer import ring

# The same in every process: it names tests, and parallel runs must collect the same ones.
KEY = base64.b64encode(bytes(range(32))).decode()


def test_one_or_several_are_read_by_their_ids() -> None:
    other = base64.b64encode(bytes(32)).decode()

    assert len(ring.parse_public(KEY)) == 1
    assert len(ring.parse_public(f"{KEY}, {other}\n")) == 2


@pytest.mark.parametrize("text", ["", "rubbish", "no-such-file.pub", KEY[:-4], f"{KEY},", "äöü"])
def test_what_is_no_key_is_told_with_what_it_should_be(text: str) -> None:
    with pytest.raises(ValueError, match="a public key in base64 as `sre-agent keys list` shows"):
        ring.parse_public(text)

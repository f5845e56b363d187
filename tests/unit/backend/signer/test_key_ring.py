"""Signing keys change while others sign and verify: nothing waits, nothing is believed too long."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.signer import keys
from backend.signer.keyring import Keyring
from backend.signer.keys import KeyUnusableError
from backend.signer.ring import OVERLAP_S, KeyChangeRefusedError, KeyState
from mcp_servers.common.envelope import RefusedError
from mcp_servers.common.keys import KeysInFile

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def public(tmp_path: Path) -> Path:
    return tmp_path / "key.pub"


@pytest.fixture
def keyring(tmp_path: Path, public: Path) -> Keyring:
    made = Keyring(tmp_path / "key.pem")
    made.ensure(public)
    return made


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_the_first_key_signs_and_is_published(keyring: Keyring, public: Path) -> None:
    signing = keyring.signing(NOW)

    assert set(KeysInFile(public)) == {signing.id}
    assert signing.id == keys.load(keyring.path).id


def test_the_first_keys_file_is_heeded_whenever_it_changes(keyring: Keyring) -> None:
    first = keyring.signing(NOW)
    keyring.path.unlink()
    with pytest.raises(KeyUnusableError, match="cannot be read"):
        keyring.signing(NOW)
    keys.generate(keyring.path)

    second = keyring.signing(NOW)

    assert second.id != first.id
    keyring.path.chmod(0o644)
    with pytest.raises(KeyUnusableError, match="open to others"):
        keyring.signing(NOW)


def test_a_new_key_is_believed_before_it_signs_and_the_old_one_after(
    keyring: Keyring, public: Path
) -> None:
    old = keyring.signing(NOW)

    keyring.rotate(public, now=NOW, after_s=60)

    assert keyring.signing(later(59)).id == old.id
    new = keyring.signing(later(60))
    assert new.id != old.id
    assert set(KeysInFile(public)) == {old.id, new.id}


def test_a_servers_view_follows_the_file_without_a_restart(keyring: Keyring, public: Path) -> None:
    believed = KeysInFile(public)
    before = len(believed)

    keyring.rotate(public, now=NOW, after_s=0)

    assert (before, len(believed)) == (1, 2)
    assert keyring.signing(NOW).id in believed


def test_private_halves_are_their_owners_alone(keyring: Keyring, public: Path) -> None:
    keyring.rotate(public, now=NOW, after_s=0)

    private = [file for file in keyring.path.parent.iterdir() if file.suffix == ".pem"]
    assert len(private) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in private} == {0o600}
    assert "PRIVATE" not in public.read_text()
    assert "PRIVATE" not in keyring.path.with_suffix(".ring.json").read_text()


def test_one_key_waits_for_its_turn_at_a_time(keyring: Keyring, public: Path) -> None:
    keyring.rotate(public, now=NOW, after_s=60)
    files = set(keyring.path.parent.iterdir())

    with pytest.raises(KeyChangeRefusedError, match="wait for it"):
        keyring.rotate(public, now=later(30), after_s=0)

    assert set(keyring.path.parent.iterdir()) == files, "a refused rotation leaves nothing"


def test_the_key_that_signs_is_not_retired(keyring: Keyring, public: Path) -> None:
    with pytest.raises(KeyChangeRefusedError, match="rotate first"):
        keyring.retire(keyring.signing(NOW).id, public, now=NOW, at_once=True)


def test_a_key_is_believed_until_its_last_grant_is_over_and_then_destroyed(
    keyring: Keyring, public: Path
) -> None:
    old = keyring.signing(NOW)
    keyring.rotate(public, now=NOW, after_s=60)

    with pytest.raises(KeyChangeRefusedError, match="may be in use until"):
        keyring.retire(old.id, public, now=later(60 + OVERLAP_S - 1), at_once=False)
    after = keyring.retire(old.id, public, now=later(60 + OVERLAP_S), at_once=False)

    assert old.id not in KeysInFile(public)
    assert not keyring.path.exists()
    assert [after.state(key, later(9999)) for key in after.keys] == [
        KeyState.RETIRED,
        KeyState.SIGNING,
    ]
    keyring.ensure(public)
    assert len(KeysInFile(public)) == 1, "a start makes no key beside the ring's"


def test_a_compromised_key_is_retired_at_once(keyring: Keyring, public: Path) -> None:
    old = keyring.signing(NOW)
    keyring.rotate(public, now=NOW, after_s=0)

    keyring.retire(old.id, public, now=later(1), at_once=True)

    assert set(KeysInFile(public)) == {keyring.signing(later(1)).id}


def test_a_key_nobody_knows_is_not_retired(keyring: Keyring, public: Path) -> None:
    with pytest.raises(KeyChangeRefusedError, match="no key"):
        keyring.retire("0" * 16, public, now=NOW, at_once=True)


def test_a_ring_that_cannot_be_read_signs_nothing(keyring: Keyring, public: Path) -> None:
    keyring.rotate(public, now=NOW, after_s=0)
    keyring.path.with_suffix(".ring.json").write_text("{")

    with pytest.raises(KeyUnusableError, match="cannot be read"):
        keyring.signing(NOW)


@pytest.mark.parametrize("content", [None, "zzzz"])
def test_public_keys_that_cannot_be_read_let_nothing_through(
    public: Path, content: str | None
) -> None:
    if content is not None:
        public.write_text(content)

    with pytest.raises(RefusedError, match="public keys cannot be read"):
        KeysInFile(public).get("a-key")

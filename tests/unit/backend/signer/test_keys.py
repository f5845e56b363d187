"""The signing key and its file."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from backend.signer import keys


def test_a_key_survives_its_file_which_only_the_owner_can_read(tmp_path: Path) -> None:
    made = keys.generate(tmp_path / "new" / "key.pem")

    read = keys.load(tmp_path / "new" / "key.pem")

    assert read.public_base64 == made.public_base64
    assert read.id == made.id
    assert len(made.id) == 16
    assert (tmp_path / "new" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    made = keys.generate(tmp_path / "key.pem")

    with pytest.raises(keys.KeyUnusableError, match="exists"):
        keys.generate(tmp_path / "key.pem")

    assert keys.load(tmp_path / "key.pem").id == made.id


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys.generate(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o640)

    with pytest.raises(keys.KeyUnusableError, match="chmod 600"):
        keys.load(tmp_path / "key.pem")


def test_what_is_not_an_ed25519_key_is_refused(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"nonsense", pem):
        path = tmp_path / "key.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(keys.KeyUnusableError):
            keys.load(path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(keys.KeyUnusableError, match=r"none\.pem"):
        keys.load(tmp_path / "none.pem")


def test_a_key_that_is_there_is_kept_and_one_that_is_not_is_made(tmp_path: Path) -> None:
    made = keys.ensure(tmp_path / "key.pem")

    assert keys.ensure(tmp_path / "key.pem").id == made.id


def test_a_spoilt_key_is_told_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("not a key")
    (tmp_path / "key.pem").chmod(0o600)

    with pytest.raises(keys.KeyUnusableError, match="PEM"):
        keys.ensure(tmp_path / "key.pem")

    assert (tmp_path / "key.pem").read_text() == "not a key"

"""Text is read however a machine writes it, and what is no text is not taken for one."""

import codecs

import pytest

from backend.cli.diagnosing import encodings

TEXT = "NAME   READY\nwéb    1/1\n"


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        codecs.BOM_UTF16_LE + TEXT.replace("\n", "\r\n").encode("utf-16-le"),
    ],
)
def test_every_machines_text_is_the_same_text(raw: bytes) -> None:
    assert encodings.text_of(raw) == TEXT


def test_a_bad_byte_loses_no_more_than_itself() -> None:
    assert encodings.text_of(b"NAME \xff READY") == "NAME \ufffd READY"


@pytest.mark.parametrize("raw", [b"\x7fELF\x02\x01\0\0\0", b"\0\0\0\0", b"PK\x03\x04\0\0ab"])
def test_what_is_no_text_is_none(raw: bytes) -> None:
    assert encodings.text_of(raw) is None

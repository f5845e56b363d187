"""What people may be called."""

import pytest

from backend.accounts.people import InvalidNameError, normalize


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Ada", "ada"), (" ada ", "ada"), ("a.b_c+d-e@Example.ORG", "a.b_c+d-e@example.org")],
)
def test_a_name_is_kept_in_one_spelling(typed: str, stored: str) -> None:
    assert normalize(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "a b",
        ".ada",
        "ad\na",
        "\u0430da",
        "ada\x00",
        "a@b@c",
        "a" * 64,
        "<b>",
        "policy",
        "Clock",
    ],
)
def test_other_names_are_refused(typed: str) -> None:
    with pytest.raises(InvalidNameError):
        normalize(typed)

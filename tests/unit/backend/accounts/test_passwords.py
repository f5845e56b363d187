"""Passwords: what is asked of them, and that checking one tells nothing."""

from typing import Any

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type
from typing_extensions import override

from backend.accounts import passwords
from backend.accounts.passwords import Passwords, WeakPasswordError

GOOD = "correct horse battery"


class Counting(PasswordHasher):
    """Does the least work there is, and counts it."""

    def __init__(self, memory_cost: int = 8) -> None:
        super().__init__(time_cost=1, memory_cost=memory_cost, parallelism=1)
        self.verified: list[str] = []

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        self.verified.append(str(hash))
        return super().verify(hash, password)


@pytest.mark.parametrize(
    "password", ["elevenchars", "x" * 257, "Ada.Lovelace@Example.org", " ada.lovelace@example.org "]
)
def test_a_password_that_is_short_or_long_or_the_name_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        passwords.check(password, name="ada.lovelace@example.org")


@pytest.mark.parametrize(
    "password", ["twelve chars", "x" * 256, "gänsefüßchen", "密码密码密码密码密码密码"]
)
def test_any_other_password_will_do(password: str) -> None:
    passwords.check(password, name="ada")


async def test_only_the_password_itself_matches() -> None:
    stored = await Passwords(Counting()).hash(GOOD, name="ada")

    assert await Passwords(Counting()).matches(stored, GOOD)
    for other in (GOOD.upper(), GOOD + " ", GOOD[:-1], ""):
        assert not await Passwords(Counting()).matches(stored, other)


async def test_what_follows_the_longest_password_is_not_left_out_of_the_comparison() -> None:
    hasher = Passwords(Counting())
    stored = await hasher.hash("x" * 256, name="ada")

    assert not await hasher.matches(stored, "x" * 257)


async def test_two_spellings_of_the_same_letters_are_one_password() -> None:
    hasher = Passwords(Counting())
    stored = await hasher.hash("gänse und füße", name="ada")

    assert await hasher.matches(stored, "gänse und füße".encode().decode())
    assert await hasher.matches(stored, "ga\u0308nse und fu\u0308ße")


async def test_without_a_stored_hash_one_is_verified_all_the_same() -> None:
    counting = Counting()
    hasher = Passwords(counting)

    assert not await hasher.matches(None, GOOD)
    assert not await hasher.matches(None, "x" * 2000)

    assert len(counting.verified) == 2


async def test_a_hash_of_weaker_times_is_renewed_and_one_of_today_is_not() -> None:
    weak = await Passwords(Counting()).hash(GOOD, name="ada")
    today = Passwords(Counting(memory_cost=16))

    renewed = await today.renew(weak, GOOD)

    assert renewed is not None
    assert "m=16" in renewed
    assert await today.matches(renewed, GOOD)
    assert await today.renew(renewed, GOOD) is None


async def test_the_present_password_is_no_new_one() -> None:
    with pytest.raises(WeakPasswordError):
        await Passwords(Counting()).hash(GOOD, name="ada", present=GOOD)


async def test_hashes_are_argon2id_with_what_is_recommended() -> None:
    stored = await Passwords().hash(GOOD, name="ada")

    hasher = PasswordHasher()
    assert stored.startswith("$argon2id$")
    assert (hasher.type, hasher.time_cost, hasher.memory_cost) == (Type.ID, 3, 65536)
    assert "m=65536,t=3,p=4" in stored


def test_made_up_passwords_are_good_and_never_the_same() -> None:
    made = {passwords.invent() for _ in range(200)}

    assert len(made) == 200
    for password in made:
        passwords.check(password, name="admin")
        assert len(password.split("-")) == 5

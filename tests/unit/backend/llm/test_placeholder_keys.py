"""Each incident has a key of its own, which the configured one cannot be read from."""

from cryptography.fernet import Fernet
from pydantic import SecretStr

from backend.llm.keys import placeholder_key
from sre_agent.domain.ids import IncidentId

ONE, TWO = IncidentId("inc-1"), IncidentId("inc-2")
KEY = Fernet.generate_key().decode()


def test_a_key_belongs_to_an_incident() -> None:
    secret = SecretStr(KEY)

    assert placeholder_key(secret, ONE) == placeholder_key(SecretStr(KEY), ONE)
    assert placeholder_key(secret, ONE) != placeholder_key(secret, TWO)
    assert KEY.encode() not in placeholder_key(secret, ONE)


def test_the_newest_of_several_keys_counts() -> None:
    older = Fernet.generate_key().decode()

    assert placeholder_key(SecretStr(f"{KEY}, {older}"), ONE) == placeholder_key(
        SecretStr(KEY), ONE
    )


def test_without_a_configured_key_there_still_is_one() -> None:
    assert len(placeholder_key(None, ONE)) == 32
    assert placeholder_key(None, ONE) == placeholder_key(None, ONE) != placeholder_key(None, TWO)

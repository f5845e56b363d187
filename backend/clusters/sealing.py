"""Tokens at rest: sealed with a key that the database does not know."""

from cryptography.fernet import InvalidToken, MultiFernet
from pydantic import SecretStr

from backend.settings.common import SettingsError
from backend.settings.mcp import parse_keys
from sre_agent.domain.errors import PermanentError


class BrokenSealError(PermanentError):
    """A token was sealed with a key that we do not have."""


class Seal:
    """Seals texts with the newest key, opens what any of the keys sealed."""

    def __init__(self, keys: SecretStr | None) -> None:
        self._keys = parse_keys(keys)

    def check(self) -> None:
        """Make sure that there is a key.

        Raises:
            SettingsError: There is none.
        """
        if not self._keys:
            raise SettingsError(
                "SECRETS_KEY: missing. It encrypts the tokens of connected clusters; "
                ".env.example says how to make one."
            )

    def close(self, text: str) -> str:
        """Return the text sealed.

        Raises:
            SettingsError: There is no key.
        """
        self.check()
        return MultiFernet(self._keys).encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Raises:
            SettingsError: There is no key.
            BrokenSealError: None of the keys fits.
        """
        self.check()
        try:
            return MultiFernet(self._keys).decrypt(sealed).decode()
        except InvalidToken:
            raise BrokenSealError(
                "the tokens of this cluster were encrypted with another SECRETS_KEY: put that key "
                "behind the new one, with a comma between, or connect the cluster again"
            ) from None

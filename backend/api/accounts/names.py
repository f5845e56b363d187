"""Names that the settings have given away: logs could not tell two of one name apart."""

from backend.accounts.people import NameTakenError
from backend.settings.api import ApiSettings


def check_free(settings: ApiSettings, name: str) -> None:
    """Refuse a normalized name that a credential in the settings has.

    Raises:
        NameTakenError: It has.
    """
    if any(token.actor.name.lower() == name for token in settings.actors):
        raise NameTakenError(f"{name} is a token's name in API_TOKENS")

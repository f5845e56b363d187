"""The settings of commands that look after people where the platform need not run."""

from backend.settings.common import CommonSettings


class AccountsSettings(CommonSettings):
    """Whose people they are, beside the database they are in."""

    org_id: str = "default"
    """The organization this installation works for."""

"""What the runbooks server reads from the environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from mcp_servers.common.settings import ServerSettings


class RunbookSettings(ServerSettings):
    """Where runbooks are kept, beside the shipped library."""

    runbooks_dir: Path | None = None
    """A folder of Markdown files; a file of the same name goes before one of the library."""

    notion_api_key: SecretStr | None = None
    """The token of a Notion integration that the database is shared with."""

    notion_runbook_database_id: str | None = Field(default=None, pattern=r"^[0-9a-fA-F-]{32,36}$")
    """The Notion database of runbooks."""

    notion_database_id: str | None = Field(default=None, pattern=r"^[0-9a-fA-F-]{32,36}$")
    """Another name for the same, where the first is not set."""

    notion_url: str = Field(default="https://api.notion.com", pattern=r"^https?://[^/\s]+(/\S*)?$")
    """Where Notion's API is, when something stands in front of it."""

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if self.notion_api_key and not self.notion_database:
            raise ValueError("NOTION_API_KEY needs NOTION_RUNBOOK_DATABASE_ID beside it")
        if self.notion_runbook_database_id and not self.notion_api_key:
            raise ValueError("NOTION_RUNBOOK_DATABASE_ID needs NOTION_API_KEY beside it")
        return self

    @property
    def notion_database(self) -> str | None:
        """Return the id of the Notion database, under whichever name it is given."""
        return self.notion_runbook_database_id or self.notion_database_id

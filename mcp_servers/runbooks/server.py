"""The runbooks server, put together from its settings."""

from pathlib import Path

from mcp_servers.common.clock import utc_now
from mcp_servers.common.skin import Program
from mcp_servers.runbooks.catalogue import Catalogue
from mcp_servers.runbooks.folder import Folder
from mcp_servers.runbooks.notion.api import connect
from mcp_servers.runbooks.notion.source import NotionDatabase
from mcp_servers.runbooks.settings import RunbookSettings
from mcp_servers.runbooks.sources import Source
from mcp_servers.runbooks.tools import RunbookTools

LIBRARY = Path(__file__).with_name("library")
"""The runbooks that are shipped."""


def build(settings: RunbookSettings) -> Program:
    """Return the server before it is served; nothing is read or connected yet."""
    sources: list[Source] = []
    if settings.runbooks_dir is not None:
        sources.append(Folder("folder", settings.runbooks_dir))
    sources.append(Folder("library", LIBRARY))
    if settings.notion_api_key is not None and settings.notion_database is not None:
        api = connect(settings.notion_url, settings.notion_api_key.get_secret_value())
        sources.insert(-1, NotionDatabase(api, settings.notion_database, utc_now))
    catalogue = Catalogue(tuple(sources))
    return Program(
        name="runbooks",
        tools=RunbookTools(catalogue, utc_now).all(),
        read_token=settings.mcp_read_token.get_secret_value(),
        write_token=None,
        ready=catalogue.require_ready,
        close=catalogue.close,
    )

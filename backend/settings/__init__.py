"""The platform's settings, one class for each program: only they read the environment."""

from backend.settings.accounts import AccountsSettings
from backend.settings.api import ApiSettings, ApiToken
from backend.settings.common import CommonSettings, SettingsError
from backend.settings.mcp import SYSTEMS, McpEndpoint, McpSettings
from backend.settings.running import ReplaySettings, RunSettings
from backend.settings.signer import SignerSettings
from backend.settings.worker import WorkerSettings

__all__ = [
    "SYSTEMS",
    "AccountsSettings",
    "ApiSettings",
    "ApiToken",
    "CommonSettings",
    "McpEndpoint",
    "McpSettings",
    "ReplaySettings",
    "RunSettings",
    "SettingsError",
    "SignerSettings",
    "WorkerSettings",
]

"""The platform's settings, one class for each program: only they read the environment."""

from backend.settings.api import ApiSettings, ApiToken
from backend.settings.common import CommonSettings, SettingsError
from backend.settings.signer import SignerSettings
from backend.settings.worker import McpEndpoint, WorkerSettings

__all__ = [
    "ApiSettings",
    "ApiToken",
    "CommonSettings",
    "McpEndpoint",
    "SettingsError",
    "SignerSettings",
    "WorkerSettings",
]

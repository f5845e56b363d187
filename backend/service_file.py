"""What the operator's file says of services, read anew when it changes; a bad one takes nothing down."""

from dataclasses import dataclass
from pathlib import Path

import structlog
from typing_extensions import override

from backend.settings.mcp import McpSettings
from sre_agent import ports
from sre_agent.config import files, services
from sre_agent.config.files import InvalidConfigurationError
from sre_agent.domain.incident import Incident
from sre_agent.domain.observations.services import ServiceEntries
from sre_agent.domain.patterns import fits
from sre_agent.domain.services import ServiceEntry

_log = structlog.get_logger()


@dataclass
class ServiceFile(ports.Services):
    """The file of one organization, which no other one is told of.

    While it cannot be read, what it said before counts, and the log says what is wrong.
    """

    path: Path | None
    org_id: str
    _seen: files.Signature = None
    _entries: tuple[ServiceEntry, ...] = ()
    _fault: str = ""

    @classmethod
    def of_settings(cls, settings: McpSettings) -> "ServiceFile":
        """Return the file that the settings name, if they do."""
        return cls(settings.services_file, settings.org_id)

    @override
    async def of(self, incident: Incident) -> ServiceEntries | None:
        return self.read(incident.org_id)

    def read(self, org_id: str) -> ServiceEntries | None:
        """Return what the file says to an organization; None where that has none."""
        if self.path is None or org_id != self.org_id:
            return None
        self._refresh(self.path)
        return ServiceEntries(file=self.path.name, entries=self._entries, fault=self._fault)

    def of_service(
        self, org_id: str, service: str, namespace: str = ""
    ) -> tuple[ServiceEntry, ...]:
        """Return what the file says to an organization of a service, of each namespace that may be meant."""
        said = self.read(org_id) if service else None
        return tuple(
            entry
            for entry in (said.entries if said else ())
            if entry.service == service and (not namespace or fits(namespace, entry.namespaces))
        )

    def _refresh(self, path: Path) -> None:
        signature = files.signature(path)
        if signature is not None and signature == self._seen:
            return
        self._seen = signature
        try:
            self._entries, fault = services.load(path), ""
        except InvalidConfigurationError as error:
            fault = str(error)
        if fault and fault != self._fault:
            _log.warning("services_file_unreadable", reason=fault, kept=len(self._entries))
        self._fault = fault

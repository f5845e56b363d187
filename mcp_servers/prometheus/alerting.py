"""Alerts and rules, as Prometheus has them now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from mcp_servers.common import limits
from mcp_servers.common.envelope import Answer, NoDataError
from mcp_servers.prometheus import samples
from mcp_servers.prometheus.answers import ActiveAlert, AlertList, Rule, RuleList
from mcp_servers.prometheus.api import Api
from mcp_servers.prometheus.fields import moment, texts
from mcp_servers.prometheus.ownership import is_about, is_in

MAX_ROWS = 500
_EVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Alerting:
    """The tools."""

    api: Api

    async def list_alerts(
        self,
        namespace: str = "",
        service: str = "",
        state: Literal["", "pending", "firing"] = "",
        limit: int = 100,
    ) -> Answer:
        """List the alerts that are pending or firing now, firing ones and the oldest first.

        They can be narrowed to a namespace, to a service (by any label that names it, or by its
        pods) and to a state. An empty list means that no such alert is active.
        """
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        reply = await self.api.get("alerts", {})
        found = [
            alert
            for alert in map(_alert, reply.data["alerts"])
            if (not namespace or is_in(alert.labels, namespace))
            and (not service or is_about(alert.labels, service))
            and state in {"", alert.state}
        ]
        found.sort(key=lambda each: (each.state != "firing", each.active_at or _EVER, each.name))
        shown, left_out = limits.first(found, limit, "alerts")
        return Answer(AlertList(alerts=shown), (*left_out, *reply.warnings))

    async def list_rules(
        self, name: str = "", kind: Literal["", "alert", "record"] = "", limit: int = 100
    ) -> Answer:
        """List alerting and recording rules: their expression, state and whether they work.

        `name` keeps those whose name contains it, in any case.
        """
        limits.require_range("limit", limit, low=1, high=MAX_ROWS)
        reply = await self.api.get("rules", {"type": kind} if kind else {})
        found = [
            _rule(group["name"], rule)
            for group in reply.data["groups"]
            for rule in group["rules"]
            if name.lower() in rule["name"].lower()
        ]
        if not found:
            raise NoDataError("Prometheus has no such rule")
        shown, left_out = limits.first(found, limit, "rules")
        return Answer(RuleList(rules=shown), (*left_out, *reply.warnings))


def _alert(alert: Mapping[str, Any]) -> ActiveAlert:
    labels = texts(alert.get("labels"))
    return ActiveAlert(
        name=labels.get("alertname", ""),
        state=alert["state"],
        labels=labels,
        annotations=texts(alert.get("annotations")),
        active_at=moment(alert.get("activeAt")),
        value=samples.number(alert.get("value")),
    )


def _rule(group: str, rule: Mapping[str, Any]) -> Rule:
    return Rule(
        kind="alert" if rule["type"] == "alerting" else "record",
        group=group,
        name=rule["name"],
        query=rule["query"],
        state=rule.get("state", ""),
        health=rule.get("health", ""),
        last_error=limits.cut(rule.get("lastError", "")),
        hold_s=float(rule.get("duration", 0)),
        labels=texts(rule.get("labels")),
        annotations=texts(rule.get("annotations")),
    )

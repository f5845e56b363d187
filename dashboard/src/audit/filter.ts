/** What is asked for in the audit, kept in the page's address so that it can be shared. */

import type { AuditFilter } from "../api/audit";

type Kind = NonNullable<AuditFilter["kind"]>[number];

export const GROUPS = {
  decisions: [
    "approval_requested",
    "approval_given",
    "approval_decided",
    "approval_voided",
    "verdict_given",
  ],
  actions: ["grant_minted", "grant_renewed", "grant_refused", "action_started", "action_finished"],
  steering: [
    "paused",
    "resumed",
    "cancelled",
    "reinvestigated",
    "cause_dismissed",
    "acknowledged",
    "assigned",
    "commented",
    "split",
    "merged",
    "escalated",
  ],
  accounts: [
    "user_registered",
    "user_added",
    "user_changed",
    "password_changed",
    "password_reset",
    "signed_in",
    "sign_in_refused",
    "signed_out",
    "token_created",
    "token_revoked",
  ],
  platform: [
    "writing_halted",
    "writing_resumed",
    "freeze_added",
    "freeze_removed",
    "audit_broken",
    "audit_exported",
    "audit_kept",
    "audit_trimmed",
    "policy_loaded",
    "signing_keys_changed",
    "cluster_connected",
    "cluster_disconnected",
    "slo_added",
    "slo_changed",
    "slo_removed",
    "error_budget_low",
  ],
} satisfies Record<string, Kind[]>;

export type Group = keyof typeof GROUPS;

export interface Filter {
  group: Group | "all";
  actor: string;
  incident: string;
}

/** Return the filter an address names; what it does not know counts as not said. */
export function readFilter(address: URLSearchParams): Filter {
  const named = address.get("show") ?? "";
  return {
    group: Object.hasOwn(GROUPS, named) ? (named as Group) : "all",
    actor: (address.get("actor") ?? "").slice(0, 320),
    incident: (address.get("incident") ?? "").slice(0, 100),
  };
}

/** Return the address that names the filter; what is as usual is left out. */
export function writeFilter(filter: Filter): URLSearchParams {
  const address = new URLSearchParams();
  if (filter.group !== "all") address.set("show", filter.group);
  if (filter.actor.trim()) address.set("actor", filter.actor.trim());
  if (filter.incident.trim()) address.set("incident", filter.incident.trim());
  return address;
}

/** Return what to ask the platform for. */
export function askFor(filter: Filter): AuditFilter {
  return {
    kind: filter.group === "all" ? [] : GROUPS[filter.group],
    actor: filter.actor.trim() || null,
    incident: filter.incident.trim() || null,
  };
}

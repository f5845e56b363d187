/** What is asked for in the list of incidents, kept in the page's address so that it can be shared. */

import type { IncidentFilter, Status } from "../api/incidents";
import { ENDED, OPEN } from "./statuses";

export const GROUPS = ["open", "waiting", "escalated", "ended", "all"] as const;
export type Group = (typeof GROUPS)[number];

export const SEVERITIES = ["critical", "warning", "info", "none"] as const;
type Severity = (typeof SEVERITIES)[number];

export interface Filter {
  group: Group;
  severity: Severity | "";
  q: string;
}

const STATUSES: Record<Group, Status[]> = {
  open: OPEN,
  waiting: ["awaiting_approval"],
  escalated: ["escalated"],
  ended: ENDED,
  all: [],
};

/** Return the filter an address names; what it does not know counts as not said. */
export function readFilter(address: URLSearchParams, otherwise: Group = "all"): Filter {
  return {
    group: GROUPS.find((group) => group === address.get("show")) ?? otherwise,
    severity: SEVERITIES.find((item) => item === address.get("severity")) ?? "",
    q: (address.get("q") ?? "").slice(0, 200),
  };
}

/** Return the address that names the filter; what is as usual is left out. */
export function writeFilter(filter: Filter, otherwise: Group = "all"): URLSearchParams {
  const address = new URLSearchParams();
  if (filter.group !== otherwise) address.set("show", filter.group);
  if (filter.severity) address.set("severity", filter.severity);
  if (filter.q.trim()) address.set("q", filter.q);
  return address;
}

/** Return what to ask the platform for. */
export function askFor(filter: Filter, cluster?: string): IncidentFilter {
  return {
    cluster: cluster ?? null,
    status: STATUSES[filter.group],
    severity: filter.severity ? [filter.severity] : [],
    q: filter.q.trim(),
  };
}

/** What every part of the incident page needs to know: whose room it is, who looks, and how to open evidence. */

import { createContext, useContext } from "react";
import type { Role } from "../api/auth";
import { includes } from "../app/session";
import type { Evidence } from "./events";

export interface Desk {
  incidentId: string;
  name: string;
  role: Role;
  openEvidence: (id: string) => void;
}

/** Apart from the desk, because it grows all the time and only few parts look things up in it. */
export const EvidenceContext = createContext<Readonly<Record<string, Evidence>>>({});

const DeskContext = createContext<Desk | null>(null);

export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("useDesk is used outside DeskProvider");
  return desk;
}

/** Why the one who looks may not do it, or null when they may. */
export function useBar(role: Role): string | null {
  const desk = useDesk();
  if (includes(desk.role, role)) return null;
  return `You are ${desk.role}. This needs the role ${role}${role === "admin" ? "" : " or above"}.`;
}

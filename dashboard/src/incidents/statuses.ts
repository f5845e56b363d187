/** Where an incident may stand, by whether agents still work on it. */

import type { Status } from "../api/incidents";

export const OPEN: Status[] = [
  "awaiting_approval",
  "executing",
  "verifying",
  "investigating",
  "received",
];

export const ENDED: Status[] = ["escalated", "resolved", "closed", "merged"];

/** What cannot go on when some actions of a plan are left out: the rule that the platform applies. */

import { type Action, nameOf } from "./events";

/** These actions, and the later ones that need one of them or change the same object. */
export function dependingOn(actions: readonly Action[], leftOut: readonly string[]): string[] {
  const out = new Map<string, string>();
  for (const action of actions) {
    const changes = nameOf(action.target);
    const isBereft =
      [...out.values()].includes(changes) || (action.needs ?? []).some((id) => out.has(id));
    if (isBereft || leftOut.includes(action.id)) out.set(action.id, changes);
  }
  return [...out.keys()];
}

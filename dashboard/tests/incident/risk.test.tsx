// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ActionView } from "../../src/incident/action";
import type { Action, Ruling } from "../../src/incident/events";
import { draw } from "./platform";

const ACTION: Action = {
  id: "a1",
  call: { server: "kubernetes", tool: "restart_rollout", arguments: {} },
  target: { kind: "Deployment", namespace: "prod", name: "web" },
  risk: "medium",
  rationale: "it hangs",
  evidence_ids: [],
  blast_radius: { pods: 1, callers: [], statement: "one pod" },
  inverse: null,
  dry_run: null,
};

afterEach(cleanup);

function ruled(score: number): Ruling {
  const risk = { score, terms: [] };
  return { action_id: "a1", ruling: "ask", rule: "every-write-asks", reason: "asked", risk };
}

test.each([
  [undefined, "medium risk"],
  [ruled(34), "low risk"],
  [ruled(35), "medium risk"],
  [ruled(79), "high risk"],
])("the word for a risk is that of the number beside it", (ruling, word) => {
  draw(<ActionView action={ACTION} ruling={ruling} state={undefined} />, "approver");

  expect(screen.getByText(word)).toBeTruthy();
});

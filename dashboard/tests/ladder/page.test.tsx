// @vitest-environment jsdom
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { RungView } from "../../src/api/autonomy";
import { tellBound } from "../../src/ladder/tell";
import { me, open, platform } from "../platform";

function rung(changes: Partial<RungView>): RungView {
  return {
    server: "kubernetes",
    tool: "rollback_rollout",
    fault_class: "bad_release",
    object: { kind: "Deployment", namespace: "store", name: "till" },
    successes: 20,
    failures: 1,
    unproven: 1,
    in_a_row: 4,
    bound: 0.779,
    last_at: new Date().toISOString(),
    ruling: "ask",
    rule: "rollbacks-ask",
    reason: "a person decides",
    risk_score: 42,
    earns_by: "rollbacks-ask",
    missing: ["4 of 10 verified successes since one failed"],
    ...changes,
  };
}

function ladder(rungs: RungView[], isOn = true, unreadable: string[] = []) {
  platform({
    "GET auth/me": () => me("viewer"),
    "GET autonomy": () => ({ cluster: "own", is_on: isOn, fault: null, rungs, unreadable }),
  });
  open("/ladder");
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a rung shows how it went, what is missing, and what it risks", async () => {
  ladder([rung({})]);

  const row = (await screen.findByText("rollback_rollout")).closest("tr");
  const cells = within(row as HTMLElement);

  expect(cells.getByText("20 of 22")).toBeTruthy();
  expect(cells.getByText("77 %")).toBeTruthy();
  expect(cells.getByText("ask")).toBeTruthy();
  expect(cells.getByText("risk 42 of 100")).toBeTruthy();
  expect(cells.getByText("4 of 10 verified successes since one failed")).toBeTruthy();
});

test("what nothing is missing for tells why it is allowed", async () => {
  ladder([rung({ ruling: "allow", missing: [], reason: "earned by 20 verified successes" })]);

  expect(await screen.findByText("earned by 20 verified successes")).toBeTruthy();
});

test("a policy that lets nothing earn anything is told as off", async () => {
  ladder([], false);

  expect(await screen.findByText(/Off: no rule of the policy/)).toBeTruthy();
  expect(await screen.findByText("Nothing was done yet")).toBeTruthy();
});

test("a log that cannot be read is named, and the other rungs are shown", async () => {
  ladder([rung({})], true, ["inc-7"]);

  expect(await screen.findByText(/The log of inc-7 cannot be read/)).toBeTruthy();
  expect(await screen.findByText("rollback_rollout")).toBeTruthy();
});

test("a bound is never told as more than it is", () => {
  expect(tellBound(0.7999)).toBe("79 %");
});

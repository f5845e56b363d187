// @vitest-environment jsdom
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { SloView } from "../../src/api/slos";
import { byUrgency, filled, tellEnd, tellLeft, tellRate } from "../../src/budgets/tell";
import { me, open, platform } from "../platform";

const NOTHING = { over_5m: null, over_30m: null, over_1h: null, over_6h: null, over_3d: null };

function slo(changes: Partial<SloView>): SloView {
  return {
    id: "checkout-answers",
    cluster: "default",
    namespace: "shop",
    service: "checkout",
    tier: 2,
    kind: "availability",
    target: 0.999,
    threshold_s: null,
    window_days: 28,
    promise: "99.9 % of requests succeed over 28 days",
    from_file: true,
    changed_by: "SLO_FILE",
    changed_at: new Date().toISOString(),
    status: "healthy",
    reason: "",
    evaluated_at: new Date().toISOString(),
    requests: 1000,
    bad: 0,
    covered: 1,
    remaining: 0.7,
    burn_rates: { over_5m: 0, over_30m: 0, over_1h: 1.5, over_6h: 0.6, over_3d: 0.3 },
    exhausted_in_s: 7200,
    fast_burn_since: null,
    slow_burn_since: null,
    ...changes,
  };
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a budget shows what is left and how fast it goes", async () => {
  platform({ "GET auth/me": () => me("viewer"), "GET slos": () => ({ slos: [slo({})] }) });
  open("/budgets");

  const row = (await screen.findByText("checkout-answers")).closest("tr");
  const cells = within(row as HTMLElement);

  expect(cells.getByText("70 %")).toBeTruthy();
  expect(cells.getByText("1.5×")).toBeTruthy();
  expect(cells.getByText("in 2 h")).toBeTruthy();
  expect(cells.getByText("healthy")).toBeTruthy();
});

test("what nobody knows is no data with its reason, and never a number", async () => {
  const unknown = slo({
    status: "no_data",
    reason: "no metric counted the requests",
    remaining: null,
    burn_rates: NOTHING,
    exhausted_in_s: null,
  });
  platform({ "GET auth/me": () => me("viewer"), "GET slos": () => ({ slos: [unknown] }) });
  open("/budgets");

  const row = (await screen.findByText("checkout-answers")).closest("tr") as HTMLElement;

  expect(row.textContent).toContain("no metric counted the requests");
  // The state, what is left, four rates and the end.
  expect(within(row).getAllByText("no data")).toHaveLength(7);
  expect(within(row).queryByRole("meter")).toBeNull();
});

test("without objectives the page says where they come from", async () => {
  platform({ "GET auth/me": () => me("viewer"), "GET slos": () => ({ slos: [] }) });
  open("/budgets");

  expect(await screen.findByText("Nothing is promised yet")).toBeTruthy();
});

test("the most urgent comes first, then what matters most", () => {
  const found = byUrgency([
    slo({ id: "a" }),
    slo({ id: "b", tier: 1 }),
    slo({ id: "c", status: "no_data" }),
    slo({ id: "d", status: "fast_burn", tier: 4 }),
  ]);

  expect(found.map((each) => each.id)).toEqual(["d", "c", "b", "a"]);
});

test("numbers are told as people read them", () => {
  expect(tellLeft(-1.5)).toBe("-150 %");
  expect(tellLeft(0)).toBe("0 %");
  expect(tellRate(14)).toBe("14×");
  expect(tellEnd(slo({ exhausted_in_s: 0 }))).toBe("spent");
  expect(tellEnd(slo({ exhausted_in_s: null }))).toBe("not at this rate");
  expect(tellEnd(slo({ exhausted_in_s: 30 * 86_400 }))).toBe("in 30 d");
  expect([filled(-1), filled(0.234), filled(2)]).toEqual([0, 23, 100]);
});

// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { me, open, platform } from "../platform";

const SOON = new Date(Date.now() + 600_000).toISOString();
const EU = {
  id: "eu",
  status: "connected",
  connected_by: "nadia",
  created_at: "2026-03-01T12:00:00Z",
  disconnected_at: null,
  endpoints: [],
  open_incidents: 0,
  last_alert_at: null,
};
const CALM = { halted: false, reason: null, actor: null, since: null, clusters: [] };
const STOP = {
  cluster: "eu",
  reason: "<i>drill</i>",
  actor: "omar",
  since: "2026-03-01T12:00:00Z",
};
const FREEZE = {
  id: "frz-1",
  name: "sale",
  reason: "many buy",
  clusters: [],
  namespaces: ["shop"],
  environments: [],
  lets_critical_pass: false,
  is_weekly: false,
  is_active: true,
  starts_at: "2026-03-01T12:00:00Z",
  ends_at: SOON,
  added_by: "ada",
};
const BRAKES = {
  halt: CALM,
  cap_service: 6,
  cap_cluster: 30,
  clusters: [
    {
      cluster: "eu",
      writes: 2,
      workloads: [{ workload: "Deployment/shop/till", writes: 2, cools_until: SOON }],
    },
  ],
  freezes: [FREEZE],
  fault: null,
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a cluster shows what is used of its caps, what rests and what is frozen", async () => {
  platform({
    "GET auth/me": () => me("viewer"),
    "GET clusters": () => ({ clusters: [EU] }),
    "GET brakes": () => BRAKES,
  });

  open("/clusters/eu");

  const brakes = await screen.findByRole("region", { name: "Brakes" });
  await within(brakes).findByText(/2 of 30 writes/);
  expect(brakes.textContent).toContain("Deployment/shop/till 2 of 6, rests: ");
  expect(brakes.textContent).toContain("Freeze “sale” until");
});

test("an approver stops one cluster, and every page says which", async () => {
  let halt: object = CALM;
  const log = platform({
    "GET auth/me": () => me("approver"),
    "GET clusters": () => ({ clusters: [EU] }),
    "GET brakes": () => BRAKES,
    "GET halt": () => halt,
    "POST halt": () => {
      halt = { ...CALM, clusters: [STOP] };
      return halt;
    },
  });
  open("/clusters/eu");

  fireEvent.click(await screen.findByRole("button", { name: "Stop writing here" }));
  fireEvent.change(screen.getByLabelText(/Why\?/), { target: { value: "drill" } });
  fireEvent.click(screen.getByRole("button", { name: "Stop writing here now" }));

  const band = await screen.findByRole("status", { name: "Writing is stopped in clusters" });
  expect(band.textContent).toContain("Nothing is changed in eu: omar stopped it");
  expect(band.textContent).toContain("<i>drill</i>");
  const sent = log.find((asked) => asked.method === "POST")?.body;
  expect(sent).toEqual({ reason: "drill", cluster: "eu" });
  fireEvent.click(await screen.findByRole("button", { name: "Allow writing here" }));
  await waitFor(() => expect(screen.getByText(/It takes the role admin/)).toBeTruthy());
});

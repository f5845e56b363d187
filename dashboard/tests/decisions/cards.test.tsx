// @vitest-environment jsdom
import { cleanup, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { absolute } from "../../src/design/time";
import { me, open, platform } from "../platform";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a plan that waits shows the brakes that would hold it, and when they end", async () => {
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const row = {
    id: "apr-1",
    incident_id: "inc-1",
    namespace: "store",
    service: "till",
    title: "errors",
    actions: [],
    summary: "Restart till",
    requested_at: new Date().toISOString(),
    expires_at: until,
    people: 1,
    given: 0,
    held_by: [
      { brake: "frozen", reason: "many buy", until },
      { brake: "halted", reason: "writes are halted by ada", until: null },
    ],
  };
  platform({
    "GET auth/me": () => me("approver"),
    "GET decisions": ({ query }) => ({
      decisions: query.get("status") === "open" ? [row] : [],
      next_cursor: null,
    }),
  });
  open("/decisions");

  expect(await screen.findByText(`Held now: many buy (until ${absolute(until)})`)).toBeTruthy();
  expect(screen.getByText(/halted by ada \(until a person ends it\)/)).toBeTruthy();
});

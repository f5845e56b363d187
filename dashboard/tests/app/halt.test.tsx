// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { me, open, platform } from "../platform";

const HALTED = {
  halted: true,
  reason: "<b>payments</b> migration",
  actor: "omar",
  since: new Date(Date.now() - 180_000).toISOString(),
  clusters: [],
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("while writing is stopped every page says who stopped it, when and why", async () => {
  platform({ "GET auth/me": () => me("viewer"), "GET halt": () => HALTED });

  open("/audit");

  const band = await screen.findByRole("status", { name: "Writing is stopped" });
  expect(band.textContent).toContain("omar stopped all writing 3 min ago");
  expect(band.textContent).toContain("<b>payments</b> migration");
});

test("who is not an admin is told who may end it, and has no button that fails", async () => {
  platform({ "GET auth/me": () => me("approver"), "GET halt": () => HALTED });
  open("/audit");
  await screen.findByRole("status", { name: "Writing is stopped" });

  expect(screen.queryByRole("button", { name: "Allow writing again" })).toBeNull();
  fireEvent.click(screen.getByRole("button", { name: /Writing stopped/ }));

  expect(screen.getByText(/It takes the role admin/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Allow writing" })).toBeNull();
});

test("without a reason nothing is stopped; with one, all of it", async () => {
  let halt = {
    halted: false,
    reason: null as string | null,
    actor: null as string | null,
    clusters: [],
  };
  const log = platform({
    "GET auth/me": () => me("admin"),
    "GET halt": () => halt,
    "POST halt": ({ body }) => {
      halt = {
        halted: true,
        reason: (body as { reason: string }).reason,
        actor: "nadia",
        clusters: [],
      };
      return halt;
    },
  });
  open("/audit");
  fireEvent.click(await screen.findByRole("button", { name: /Emergency stop/ }));
  const act = screen.getByRole<HTMLButtonElement>("button", { name: "Stop all writing now" });
  expect(act.disabled).toBe(true);

  fireEvent.change(screen.getByLabelText(/Why\?/), { target: { value: " a drill " } });
  fireEvent.click(act);

  const band = await screen.findByRole("status", { name: "Writing is stopped" });
  expect(band.textContent).toContain("a drill");
  expect(log.find((asked) => asked.method === "POST")?.body).toEqual({ reason: "a drill" });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("the plans that wait are counted beside their page", async () => {
  const waiting = { id: "apr-1", actions: [], held_by: [], expires_at: new Date().toISOString() };
  platform({
    "GET auth/me": () => me("viewer"),
    "GET decisions": ({ query }) => ({
      decisions: query.get("status") === "open" ? [waiting, { ...waiting, id: "apr-2" }] : [],
      next_cursor: null,
    }),
  });

  open("/audit");

  const count = await screen.findByText(/^\s*waiting$/);
  expect(count.closest("a")?.textContent).toBe("Decisions2 waiting");
});

test("while nothing answers it is said once, above the page, and nothing old is claimed", async () => {
  const down = () => {
    throw new TypeError("failed to fetch");
  };
  platform({
    "GET auth/me": () => me("viewer"),
    "GET halt": down,
    "GET decisions": down,
    "GET incidents": down,
    "GET clusters": down,
  });

  open("/");

  const band = await screen.findByLabelText("No connection");
  expect(band.textContent).toContain("The platform does not answer");
  expect(await screen.findByText("What waits is not known now.")).toBeTruthy();
  expect(screen.queryByRole("alert")).toBeNull();
});

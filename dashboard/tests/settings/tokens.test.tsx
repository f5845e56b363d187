// @vitest-environment jsdom
import { cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { me, open, platform } from "../platform";

const TOKEN = {
  id: "tok-1",
  name: "ci",
  role: "viewer",
  created_by: "nadia",
  created_at: new Date().toISOString(),
  expires_at: null,
  revoked_at: null as string | null,
  used_at: null,
};

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("the secret of a token is shown once and is gone when the dialog closes", async () => {
  const made: object[] = [];
  platform({
    "GET auth/me": () => me("admin"),
    "GET tokens": () => ({ tokens: made }),
    "POST tokens": () => {
      made.push(TOKEN);
      return { token: TOKEN, secret: "sre_secret-of-this-token" };
    },
  });
  open("/settings");
  fireEvent.click(await screen.findByRole("button", { name: "Create a token" }));
  fireEvent.change(screen.getByLabelText("Name of the program"), { target: { value: "ci" } });
  fireEvent.click(screen.getByRole("button", { name: "Create" }));
  expect(await screen.findByText("sre_secret-of-this-token")).toBeTruthy();

  fireEvent.click(screen.getByRole("button", { name: "Done" }));

  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(document.body.innerHTML).not.toContain("sre_secret-of-this-token");
  expect(await screen.findByText("ci")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Create a token" }));
  expect(document.body.innerHTML).not.toContain("sre_secret-of-this-token");
});

test("a token is revoked only after a second press that names it", async () => {
  const log = platform({
    "GET auth/me": () => me("admin"),
    "GET tokens": () => ({ tokens: [TOKEN] }),
    "DELETE tokens/tok-1": () => ({ ...TOKEN, revoked_at: new Date().toISOString() }),
  });
  open("/settings");

  fireEvent.click(await screen.findByRole("button", { name: "Revoke" }));
  expect(log.some((asked) => asked.method === "DELETE")).toBe(false);
  fireEvent.click(screen.getByRole("button", { name: "Revoke ci now" }));

  await waitFor(() => expect(log.some((asked) => asked.method === "DELETE")).toBe(true));
});

test("those who wait for a role come first, and get one", async () => {
  const since = new Date().toISOString();
  const user = (name: string, role: string | null) => ({
    id: `usr-${name}`,
    name,
    role,
    created_at: since,
    disabled_at: null,
  });
  const log = platform({
    "GET auth/me": () => me("admin"),
    "GET users": () => ({ users: [user("adam", "viewer"), user("zoe", null)] }),
    "PATCH users/usr-zoe": () => user("zoe", "viewer"),
  });
  open("/settings");
  const roles = await screen.findAllByRole("combobox", { name: /Role of/ });
  expect(roles.map((role) => role.getAttribute("aria-label"))).toEqual([
    "Role of zoe",
    "Role of adam",
  ]);

  fireEvent.change(screen.getByLabelText("Role of zoe"), { target: { value: "viewer" } });

  await waitFor(() =>
    expect(log.find((asked) => asked.method === "PATCH")?.body).toEqual({ role: "viewer" }),
  );
});

test("who is not an admin sees their own password and asks for nobody's", async () => {
  const log = platform({ "GET auth/me": () => me("approver") });

  open("/settings");

  expect(await screen.findByLabelText("Current password")).toBeTruthy();
  expect(log.some((asked) => ["users", "tokens"].includes(asked.path))).toBe(false);
});

// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { me, open, platform, problem } from "../platform";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

async function signIn(): Promise<void> {
  fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "nadia" } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "orange-lantern" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

test("whoever is not signed in comes to the door, and from there to where they wanted to be", async () => {
  platform({
    "GET auth/me": () => problem(401, "Who are you?"),
    "POST auth/sign-in": () => me("viewer"),
  });
  open("/audit?actor=ben");

  await signIn();

  expect(await screen.findByRole("heading", { name: "Audit" })).toBeTruthy();
  expect(screen.getByLabelText<HTMLInputElement>("Who").value).toBe("ben");
});

test("a wrong password is told in the platform's words, and the door stays", async () => {
  platform({
    "GET auth/me": () => problem(401, "Who are you?"),
    "POST auth/sign-in": () => problem(401, "Name or password is wrong"),
  });
  open("/");

  await signIn();

  expect((await screen.findByRole("alert")).textContent).toContain("Name or password is wrong");
  expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("nadia");
});

test("too many tries: the button says how long to wait and cannot be pressed", async () => {
  platform({
    "GET auth/me": () => problem(401, "Who are you?"),
    "POST auth/sign-in": () => problem(429, "Too many tries", { "Retry-After": "37" }),
  });
  open("/");

  await signIn();

  const button = await screen.findByRole<HTMLButtonElement>("button", {
    name: /Try again in \d+ s/,
  });
  expect(button.disabled).toBe(true);
});

test("a session that ends while a page is open leads to the door, and says why", async () => {
  let isOver = false;
  platform({
    "GET auth/me": () => me("viewer"),
    "GET audit": () => (isOver ? problem(401, "The session is over") : { entries: [] }),
    "GET audit/verify": () => problem(401, "The session is over"),
  });
  open("/audit");
  const verify = await screen.findByRole("button", { name: "Verify" });

  isOver = true;
  fireEvent.click(verify);

  expect(await screen.findByText(/Your session is over/)).toBeTruthy();
});

test("what changes something repeats the session's word; what reads does not", async () => {
  const log = platform({ "GET auth/me": () => me("viewer"), "POST auth/sign-out": () => null });
  open("/settings");
  fireEvent.click(await screen.findByRole("button", { name: /nadia/ }));

  fireEvent.click(screen.getByRole("button", { name: "Sign out" }));

  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
  const sent = (path: string) =>
    log.find((asked) => asked.path === path)?.headers.get("X-CSRF-Token");
  expect(sent("auth/sign-out")).toBe("word-to-repeat");
  expect(sent("halt")).toBeNull();
});

test("a platform that does not answer is said so, and asked again", async () => {
  let isUp = false;
  platform({
    "GET auth/me": () => {
      if (!isUp) throw new TypeError("failed to fetch");
      return me("viewer");
    },
  });
  open("/audit");
  expect(await screen.findByText("The platform does not answer")).toBeTruthy();

  isUp = true;

  expect(await screen.findByRole("heading", { name: "Audit" }, { timeout: 15_000 })).toBeTruthy();
});

test("who registered is told that an administrator has to give a role", async () => {
  platform({
    "GET auth/me": () => problem(401, "Who are you?"),
    "POST auth/register": () => ({ user: { id: "usr-1" } }),
  });
  open("/");
  fireEvent.click(await screen.findByRole("button", { name: "Register" }));
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "petra" } });
  fireEvent.change(screen.getByLabelText(/Password/), { target: { value: "orange-lantern" } });

  fireEvent.click(screen.getByRole("button", { name: "Register" }));

  expect((await screen.findByRole("status")).textContent).toContain("has to give it one");
});

test("an address that is no page says so", async () => {
  platform({ "GET auth/me": () => me("viewer") });

  open("/nowhere");

  expect(await screen.findByRole("heading", { name: "There is no such page" })).toBeTruthy();
});

// @vitest-environment jsdom
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { Changes } from "../../src/incident/changes";
import { logOf, OPENED } from "./logs";
import { answerWith, draw, newestRun, roomOf } from "./platform";

afterEach(cleanup);

const CHANGE = {
  id: "chg-1",
  kind: "commit",
  source: "github",
  summary: "Round prices",
  at: "2026-03-01T11:40:00Z",
  services: ["till"],
  repository: "acme/till",
  actor: "ada",
  link: "https://github.example.org/acme/till/commit/1f0e8b7",
  state: "",
};
const DOCS = { ...CHANGE, id: "chg-2", summary: "Write it down", link: "javascript:alert(1)" };
const JUDGED = { id: "chg-1", kind: "commit", summary: "Round prices", at: CHANGE.at };
const RULED_OUT = { ...JUDGED, id: "chg-2", speaks_for: [], speaks_against: ["only documents"] };
const VERDICT = {
  suspect: { ...JUDGED, speaks_for: ["the stack trace stands in it"], speaks_against: [] },
  ruled_out: [RULED_OUT],
  confidence: 0.93,
  reason: "Round prices explains what fails (93%)",
};

function ranked(changes: object | null) {
  const diagnosis = { causes: [], abstained: true, conclusion: "undecided", reason: "" };
  const payload = { round: 1, diagnosis, ...(changes && { changes }) };
  return roomOf(logOf([OPENED, { kind: "causes_ranked", payload }]));
}

function show(changes: object | null, ...told: object[]) {
  answerWith(200, { changes: told, next_cursor: null });
  const room = ranked(changes);
  draw(<Changes room={room} run={newestRun(room)} />, "viewer");
}

test("the change that explains it is named with what speaks for it, the others with why not", async () => {
  show(VERDICT, CHANGE, DOCS);

  const section = within(await screen.findByRole("region", { name: "Changes" }));

  expect(await section.findByText("the stack trace stands in it")).toBeTruthy();
  expect(section.getByText("only documents")).toBeTruthy();
  expect(section.getByText("93%")).toBeTruthy();
  expect(section.getAllByRole("link").map((link) => link.getAttribute("href"))).toEqual([
    CHANGE.link,
  ]);
});

test("that no change explains it is said", async () => {
  const none = "no change explains this: 1 change was in effect before the onset";
  show({ ...VERDICT, suspect: null, reason: none }, DOCS);

  expect(await screen.findByText("No change explains this.")).toBeTruthy();
  expect(screen.getByText(/1 change was in effect before the onset/)).toBeTruthy();
});

test("changes that nobody judged are shown as they are", async () => {
  show(null, CHANGE);

  expect(await screen.findByText("Round prices")).toBeTruthy();
  expect(screen.queryByText("Ruled out")).toBeNull();
});

test("where nothing changed nothing is shown", () => {
  show(null);

  expect(screen.queryByText("Changes")).toBeNull();
});

const PLACE = {
  what: "stack_frame",
  said: "KeyError: 'JPY' at /app/price.py:12 in price",
  path: "price.py",
  line: 12,
  hunk: " def price():\n-    return 1\n+    return UNITS[currency]",
  evidence_ids: ["git-1.2", "log-1.1"],
};
const SEEN = {
  ...VERDICT.suspect,
  id: "github:acme/till@1f0e8b7a4c5d",
  commit: "1f0e8b7a4c5d9e2f3a4b5c6d7e8f0d6c1f0e8b7a",
  repository: "acme/till",
  pull_request: 7,
  actor: "ada",
  link: "",
  explains: [PLACE],
  known_by: [{ who: "ines", how: ["owns /till/"], evidence_ids: [] }],
};

test("the diff of the suspect stands next to what it explains, with who knows that code", async () => {
  show({ ...VERDICT, suspect: SEEN, ruled_out: [] });

  const section = within(await screen.findByRole("region", { name: "Changes" }));

  const place = within(section.getByRole("figure"));
  expect(place.getByText(PLACE.said)).toBeTruthy();
  expect(place.getByText("price.py:12")).toBeTruthy();
  expect(place.getAllByRole("button", { name: /^Evidence/ })).toHaveLength(2);
  expect(place.getByText("- return 1").tagName).toBe("DEL");
  expect(place.getByText("+ return UNITS[currency]").tagName).toBe("INS");
  expect(section.getByText("ines")).toBeTruthy();
  expect(section.getByText("acme/till #7 1f0e8b7a4c5d")).toBeTruthy();
});

test("a change that was only seen in its repository has a row, and one only when it is told of too", async () => {
  show({ ...VERDICT, suspect: SEEN, ruled_out: [] });
  expect(await screen.findByText("Suspected")).toBeTruthy();
  cleanup();

  show({ ...VERDICT, suspect: SEEN, ruled_out: [] }, { ...CHANGE, commit: SEEN.commit });

  expect(await screen.findAllByText("Suspected")).toHaveLength(1);
  expect(screen.getAllByRole("listitem").filter((row) => row.querySelector("time"))).toHaveLength(
    1,
  );
});

test("the deploy of a commit names it, and the commit alone tells why", async () => {
  const commit = "2".repeat(40);
  const docs = { ...RULED_OUT, commit };
  const told = { ...DOCS, commit };
  const deploy = { ...told, id: "chg-3", kind: "deploy", summary: "Roll out till" };
  show({ ...VERDICT, suspect: null, ruled_out: [docs] }, deploy, told);

  expect(await screen.findByText("Ruled out with commit 2222222")).toBeTruthy();
  expect(screen.getAllByText("only documents")).toHaveLength(1);
  expect(screen.getByText("Ruled out")).toBeTruthy();
});

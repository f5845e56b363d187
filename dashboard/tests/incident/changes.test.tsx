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

// @vitest-environment jsdom
import { cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { ModelQuestions, ModelUse } from "../../src/api/models";
import { tellDollars, tellShare, tellWait } from "../../src/design/model-use";
import { me, open, platform } from "../platform";

const USE: ModelUse = {
  model: "openai/small",
  calls: 12,
  input_tokens: 61_000,
  output_tokens: 2100,
  tokens_set_aside: 0,
  usd: 0.0123,
  seconds: 31.4,
  is_estimated: false,
};

const ASKED: ModelQuestions[] = [
  { model: "openai/small", role: "reflector", outcome: "answered", refused_by: null, count: 11 },
  {
    model: "openai/small",
    role: "reporter",
    outcome: "over_budget",
    refused_by: "MAX_TOKENS_PER_HOUR",
    count: 3,
  },
];

function show(models: readonly ModelUse[], questions: readonly ModelQuestions[] = []) {
  const log = platform({
    "GET auth/me": () => me("viewer"),
    "GET slos": () => ({ slos: [] }),
    "GET model-use": () => ({ since: new Date().toISOString(), models, questions }),
  });
  open("/budgets");
  return log;
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("a model shows what it took, and which limit refused what", async () => {
  show([USE], ASKED);

  const row = (await screen.findByText("openai/small")).closest("tr") as HTMLElement;

  for (const told of ["12", "61,000", "2,100", "$0.012", "31.4 s"]) {
    expect(row.textContent).toContain(told);
  }
  expect(within(row).getByText("reflector 11 answered")).toBeTruthy();
  expect(row.textContent).toContain("reporter 3 not asked");
  expect(within(row).getByText("MAX_TOKENS_PER_HOUR")).toBeTruthy();
});

test("a price that nobody knows is said to be unknown, and what was estimated is about", async () => {
  show([{ ...USE, usd: null, is_estimated: true, tokens_set_aside: 900 }]);

  const row = (await screen.findByText("openai/small")).closest("tr") as HTMLElement;

  expect(within(row).getByText("price unknown")).toBeTruthy();
  expect(row.textContent).toContain("about 61,000");
  expect(row.textContent).toContain("900 tokens set aside");
});

test("without models the page says that none is needed", async () => {
  show([]);

  expect(await screen.findByText("No model was asked")).toBeTruthy();
});

test("another window asks for other hours", async () => {
  const log = show([USE]);
  await screen.findByText("openai/small");

  fireEvent.click(screen.getByText("7 days"));
  await screen.findByText("openai/small");

  const hours = log
    .filter(({ path }) => path === "model-use")
    .map(({ query }) => query.get("hours"));
  expect(hours).toEqual(["24", "168"]);
});

test("numbers are told as people read them", () => {
  expect([tellDollars(null), tellDollars(0), tellDollars(0.0019), tellDollars(12)]).toEqual([
    "price unknown",
    "$0",
    "$0.0019",
    "$12.00",
  ]);
  expect([tellWait(31.4), tellWait(600), tellWait(9000)]).toEqual(["31.4 s", "10 min", "2.5 h"]);
  expect([tellShare(0, 9), tellShare(1, 900), tellShare(8.99, 9)]).toEqual([
    "0 %",
    "less than 1 %",
    "99 %",
  ]);
});

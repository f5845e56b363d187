// @vitest-environment jsdom
import { cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { ModelUsed } from "../../src/incident/model-use";
import { logOf, OPENED } from "./logs";
import { answerWith, draw, roomOf } from "./platform";

afterEach(cleanup);

const USE = {
  model: "ollama/llama3.2",
  calls: 1,
  input_tokens: 4021,
  output_tokens: 180,
  tokens_set_aside: 0,
  usd: 0,
  seconds: 2.4,
  is_estimated: false,
};
const OPINION = { model: "ollama/llama3.2", causes: [], struck: [], struck_count: 0, effect: "" };
const SAID = { kind: "model_opinion", payload: { opinion: { ...OPINION, note: "" } } };

test("what a model took of an incident stands beside what it may take", async () => {
  answerWith(200, { model_use: [USE], model_budget: { tokens: 4201, tokens_max: 200_000 } });
  draw(<ModelUsed room={roomOf(logOf([OPENED, SAID]))} />, "viewer");

  const section = within(await screen.findByRole("region", { name: "Language models" }));

  expect(section.getByText("ollama/llama3.2")).toBeTruthy();
  expect(section.getByText(/^1 question · 4,021 tokens read, 180 written/)).toBeTruthy();
  expect(section.getByText("2 % of its 200,000 tokens")).toBeTruthy();
  expect(section.getByRole("meter")).toHaveProperty("value", 4201);
});

test("an incident without a limit says so", async () => {
  answerWith(200, { model_use: [USE], model_budget: { tokens: 4201, tokens_max: null } });
  draw(<ModelUsed room={roomOf(logOf([OPENED, SAID]))} />, "viewer");

  expect(await screen.findByText("No limit of tokens is set for an incident.")).toBeTruthy();
  expect(screen.queryByRole("meter")).toBeNull();
});

test("where no model was asked nothing is shown and nothing asked for", () => {
  let asked = 0;
  globalThis.fetch = async () => {
    asked += 1;
    return new Response("{}");
  };
  draw(<ModelUsed room={roomOf(logOf([OPENED]))} />, "viewer");

  expect(screen.queryByText("Language models")).toBeNull();
  expect(asked).toBe(0);
});

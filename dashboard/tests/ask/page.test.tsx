// @vitest-environment jsdom
import { cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { me, open, platform, problem } from "../platform";

const SENTENCE = {
  text: "inc-4f of prod/web waits <b>for a person</b>",
  cites: [{ source: "event", id: "inc-4f", seq: 12, cluster: "" }],
  support: "cited",
};
const GUESS = { text: "It is calm.", cites: [], support: "uncited" };

function streamed(...steps: object[]) {
  const text = steps.map((step) => `${JSON.stringify(step)}\n`).join("");
  return new Response(text, { headers: { "Content-Type": "application/x-ndjson" } });
}

function answered(by: string, sentences: object[], notes: string[] = []) {
  const answer = { sentences, notes, by, struck: 1, asked: null };
  return streamed(
    { step: "looking", what: "waiting" },
    ...sentences.map((sentence) => ({ step: "said", sentence })),
    { step: "done", thread: "thr-1", turn: 1, answer },
  );
}

async function say(question: string) {
  const box = await screen.findByLabelText("Question");
  fireEvent.change(box, { target: { value: question } });
  fireEvent.click(screen.getByRole("button", { name: "Ask" }));
}

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

test("an answer shows each sentence with what it rests on, and goes on in its thread", async () => {
  const log = platform({
    "GET auth/me": () => me("viewer"),
    "POST ask": () => answered("ollama/llama3.2", [SENTENCE, GUESS]),
  });
  open("/ask");

  await say("why does inc-4f wait?");
  const cite = await screen.findByRole("link", { name: "inc-4f#12" });
  await say("and now?");
  await screen.findAllByText("the model's words, without a source");
  await vi.waitFor(() => expect(log.filter((asked) => asked.path === "ask")).toHaveLength(2));

  expect(cite.getAttribute("href")).toBe("/incidents/inc-4f");
  expect(screen.getAllByText(/waits <b>for a person<\/b>/).length).toBeGreaterThan(0);
  expect(screen.getAllByText("answered by ollama/llama3.2").length).toBeGreaterThan(0);
  const asked = log.filter((each) => each.path === "ask").map((each) => each.body);
  expect(asked).toEqual([
    { question: "why does inc-4f wait?", thread: null },
    { question: "and now?", thread: "thr-1" },
  ]);
});

test("a refusal and an answer that fails say what to do", async () => {
  const answers = [
    problem(503, "Too many questions are being answered"),
    streamed({
      step: "failed",
      title: "Something that is needed is away",
      hint: "Ask again soon.",
    }),
    streamed({ step: "looking", what: "waiting" }),
  ];
  platform({
    "GET auth/me": () => me("viewer"),
    "POST ask": () => answers.shift() as Response,
  });
  open("/ask");

  await say("anything?");
  expect(await screen.findByText("Too many questions are being answered")).toBeTruthy();
  await say("anything now?");
  expect(await screen.findByText("Ask again soon.")).toBeTruthy();
  await say("and now?");
  expect(await screen.findByText("The answer broke off")).toBeTruthy();
  expect(screen.queryByText("looking at: waiting …")).toBeNull();
});

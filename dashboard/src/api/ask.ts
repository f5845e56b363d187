/** Questions, and their answers as they come. */

import { api } from "./client";
import type { Done, Failed, Looking, Said } from "./generated/schema";
import { ProblemError } from "./http";

export type { AskCitation, Sentence } from "./generated/schema";
export type Turn = Done["answer"];
export type Step = Looking | Said | Done | Failed;

/** Yield the steps of an answer; every refusal, and an answer that fails, is thrown as a ProblemError. */
export async function* ask(question: string, thread: string | null, signal: AbortSignal) {
  const body = { question, thread };
  const { data } = await api.POST("/api/v1/ask", { body, signal, parseAs: "stream" });
  let isDone = false;
  for await (const line of lines(data as unknown as ReadableStream<Uint8Array>)) {
    const step = JSON.parse(line) as Step;
    isDone = step.step === "done";
    if (step.step === "failed") throw new ProblemError(503, step.title, step.hint, "", null, {});
    yield step;
  }
  if (!isDone) throw new ProblemError(503, "The answer broke off", "Ask again.", "", null, {});
}

async function* lines(stream: ReadableStream<Uint8Array>) {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    rest += decoder.decode(part.value, { stream: true });
    const whole = rest.split("\n");
    rest = whole.pop() ?? "";
    yield* whole;
  }
  if (rest) yield rest;
}

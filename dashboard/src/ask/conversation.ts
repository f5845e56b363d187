import { useCallback, useEffect, useRef, useState } from "react";
import type { Sentence, Turn } from "../api/ask";
import * as api from "../api/ask";

/** One question and what came of it so far. */
export interface Exchange {
  number: number;
  question: string;
  looking: string;
  sentences: readonly Sentence[];
  answer: Turn | null;
  error: unknown;
}

/** The questions of one thread; leaving the page stops what is being answered. */
export function useConversation() {
  const [exchanges, setExchanges] = useState<readonly Exchange[]>([]);
  const [isBusy, setBusy] = useState(false);
  const thread = useRef<string | null>(null);
  const next = useRef(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);

  const ask = useCallback(async (question: string) => {
    const ends = new AbortController();
    stop.current = ends;
    setBusy(true);
    const number = next.current;
    next.current += 1;
    const begun = { number, question, looking: "", sentences: [], answer: null, error: null };
    setExchanges((all) => [...all, begun]);
    const change = (by: (exchange: Exchange) => Exchange) =>
      setExchanges((all) => all.map((each) => (each.number === number ? by(each) : each)));
    try {
      const steps = api.ask(question, thread.current, ends.signal);
      thread.current = await follow(steps, change, thread.current);
    } catch (error) {
      if (!ends.signal.aborted) change((exchange) => ({ ...exchange, looking: "", error }));
    } finally {
      if (!ends.signal.aborted) setBusy(false);
    }
  }, []);

  const begin = useCallback(() => {
    stop.current?.abort();
    thread.current = null;
    setExchanges([]);
    setBusy(false);
  }, []);

  return { exchanges, isBusy, ask, begin };
}

type Change = (by: (exchange: Exchange) => Exchange) => void;

/** Take in an answer step by step; return the thread that it belongs to. */
async function follow(steps: AsyncIterable<api.Step>, change: Change, known: string | null) {
  let thread = known;
  for await (const step of steps) {
    if (step.step === "done") thread = step.thread;
    change((exchange) => fold(exchange, step));
  }
  return thread;
}

/** Return an exchange with one more step of its answer. */
function fold(exchange: Exchange, step: api.Step): Exchange {
  switch (step.step) {
    case "looking":
      return { ...exchange, looking: step.what };
    case "said":
      return { ...exchange, sentences: [...exchange.sentences, step.sentence] };
    case "done":
      return { ...exchange, looking: "", answer: step.answer };
    default:
      return exchange;
  }
}

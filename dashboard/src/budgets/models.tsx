import "./models.css";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ModelQuestions, ModelUse } from "../api/models";
import * as api from "../api/models";
import { useEvery } from "../app/live";
import { tellDollars, tellTokens, tellWait } from "../design/model-use";
import { Tabs } from "../design/tabs";
import { Trouble } from "../design/trouble";
import { spaced } from "../design/words";

const ASK_MS = 15_000;
const WINDOWS = { day: "24 hours", week: "7 days", month: "30 days" } as const;
const HOURS = { day: 24, week: 7 * 24, month: 30 * 24 } as const;

type Window = keyof typeof WINDOWS;

/** What language models took of the organization, by model, and what became of what they were asked. */
export function Models() {
  const [window, setWindow] = useState<Window>("day");
  const found = useModelUse(HOURS[window]);
  return (
    <section className="card models" aria-label="Language models" aria-busy={found.isPending}>
      <header>
        <h2>Language models</h2>
        <Tabs label="How far back" names={WINDOWS} value={window} onChange={setWindow} />
      </header>
      <Trouble error={found.error} isAskedAgain />
      {found.isPending && !found.error && <div className="rows-ahead" />}
      {found.data?.models.length === 0 && (
        <p className="nothing">
          <strong>No model was asked</strong>
          The platform needs none. LLM_PROVIDER names one; without it Ollama is asked where it runs.
        </p>
      )}
      {found.data && found.data.models.length > 0 && (
        <Table models={found.data.models} questions={found.data.questions} />
      )}
    </section>
  );
}

function useModelUse(hours: number) {
  const every = useEvery(ASK_MS);
  return useQuery({
    queryKey: ["model-use", hours],
    queryFn: ({ signal }) => api.ofOrganization(hours, signal),
    refetchInterval: Math.min(every, ASK_MS),
  });
}

interface TableProps {
  models: readonly ModelUse[];
  questions: readonly ModelQuestions[];
}

function Table({ models, questions }: TableProps) {
  return (
    <table className="table" aria-label="What each model took">
      <thead>
        <tr>
          <th>Model</th>
          <th className="number">Questions</th>
          <th className="number">Tokens read</th>
          <th className="number">Written</th>
          <th className="number">Cost</th>
          <th className="number">Waited</th>
          <th>What became of them</th>
        </tr>
      </thead>
      <tbody>
        {models.map((use) => (
          <Row
            key={use.model}
            use={use}
            questions={questions.filter((item) => item.model === use.model)}
          />
        ))}
      </tbody>
    </table>
  );
}

function Row({ use, questions }: { use: ModelUse; questions: readonly ModelQuestions[] }) {
  const about = use.is_estimated ? "about " : "";
  return (
    <tr>
      <td className="first">
        <strong>{use.model}</strong>
        {use.tokens_set_aside > 0 && (
          <span className="aside">
            {tellTokens(use.tokens_set_aside)} tokens set aside for answers that did not come yet
          </span>
        )}
      </td>
      <Figure name="questions" told={tellTokens(use.calls)} />
      <Figure name="tokens read" told={about + tellTokens(use.input_tokens)} />
      <Figure name="written" told={about + tellTokens(use.output_tokens)} />
      <Figure name="cost" told={tellDollars(use.usd)} />
      <Figure name="waited" told={tellWait(use.seconds)} />
      <td className="became">
        <ul>
          {questions.map((item) => (
            <Became key={`${item.role} ${item.outcome} ${item.refused_by}`} item={item} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

/** A number, and on narrow screens, where the table has no head, what it counts. */
function Figure({ name, told }: { name: string; told: string }) {
  return (
    <td className="number">
      <span className="counts">{name}</span>
      {told}
    </td>
  );
}

function Became({ item }: { item: ModelQuestions }) {
  const isRefused = item.outcome === "over_budget";
  return (
    <li className={item.outcome === "answered" ? "" : "not-answered"}>
      {item.role} {tellTokens(item.count)} {isRefused ? "not asked" : spaced(item.outcome)}
      {item.refused_by && <code>{item.refused_by}</code>}
    </li>
  );
}

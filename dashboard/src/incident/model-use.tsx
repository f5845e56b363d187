import { useQuery } from "@tanstack/react-query";
import type { ModelBudget, ModelUse } from "../api/models";
import * as api from "../api/models";
import { tellCalls, tellDollars, tellShare, tellTokens, tellWait } from "../design/model-use";
import type { Room } from "./fold";

/** What language models took of the incident, and how much of its budget; nothing where none was asked. */
export function ModelUsed({ room }: { room: Room }) {
  const asked = room.events.filter((event) => event.kind.startsWith("model_")).length;
  const { data } = useQuery({
    queryKey: ["model-use", room.incidentId, asked, room.reportAt],
    queryFn: ({ signal }) => api.ofIncident(room.incidentId, signal),
    enabled: asked > 0,
    // What was told a moment ago stays until the answer is there.
    placeholderData: (before) => before,
  });
  if (data === undefined || data.model_use.length === 0) return null;
  return (
    <section className="card model-used" aria-label="Language models">
      <header>
        <h2>Language models</h2>
        <span className="faint">asked, never obeyed</span>
      </header>
      <ul>
        {data.model_use.map((use) => (
          <Used key={use.model} use={use} />
        ))}
      </ul>
      <Budget budget={data.model_budget} />
    </section>
  );
}

function Used({ use }: { use: ModelUse }) {
  const about = use.is_estimated ? "about " : "";
  return (
    <li>
      <strong>{use.model}</strong>
      <span className="faint">
        {tellCalls(use)} · {about}
        {tellTokens(use.input_tokens)} tokens read, {tellTokens(use.output_tokens)} written ·{" "}
        {tellDollars(use.usd)} · {tellWait(use.seconds)}
        {use.tokens_set_aside > 0 && ` · ${tellTokens(use.tokens_set_aside)} set aside`}
      </span>
    </li>
  );
}

function Budget({ budget }: { budget: ModelBudget }) {
  const { tokens, tokens_max: most } = budget;
  if (most === null) return <p className="faint">No limit of tokens is set for an incident.</p>;
  return (
    <p className="budget">
      <meter min={0} max={most} value={tokens} aria-label="Used of the budget of this incident" />
      <span>
        {tellShare(tokens, most)} of its {tellTokens(most)} tokens
      </span>
    </p>
  );
}

import { Claims } from "./claims";
import { inWords, type ModelCause, type ModelOpinion, nameOf, percent } from "./events";
import { keyed } from "./keyed";

const STANDINGS: Readonly<Record<ModelCause["standing"], string>> = {
  agrees: "agrees with the evidence",
  ranked: "the evidence prefers another cause",
  new: "an opinion only",
  contradicted: "the evidence contradicts it",
  dismissed: "dismissed by a person",
  unsupported: "nothing bears it out",
};

/** What a language model thinks, marked as such: its words are text, and nobody plans from them. */
export function SecondOpinion({ opinion }: { opinion: ModelOpinion }) {
  return (
    <section className="aside-list second-opinion" aria-label="Second opinion">
      <h3>
        Second opinion <span className="faint">of {opinion.model}, a language model</span>
      </h3>
      <p className="faint">{opinion.note ? `There is none: ${opinion.note}` : opinion.effect}</p>
      <ul>
        {keyed(opinion.causes, titleOf).map(({ key, item }) => (
          <Cause key={key} cause={item} />
        ))}
      </ul>
      <Struck opinion={opinion} />
    </section>
  );
}

function titleOf(cause: ModelCause): string {
  return `${cause.fault_class} ${nameOf(cause.object)}`;
}

function Cause({ cause }: { cause: ModelCause }) {
  return (
    <li>
      <span className={`standing is-${cause.standing}`}>{STANDINGS[cause.standing]}</span>{" "}
      <strong>{inWords(cause.fault_class)}</strong> <code>{nameOf(cause.object)}</code>{" "}
      <span className="faint">{percent(cause.confidence)}</span>
      {cause.statement !== "" && <q>{cause.statement}</q>}
      {cause.reason !== "" && <span className="faint"> {cause.reason}</span>}
      <Claims claims={cause.claims} />
    </li>
  );
}

/** What it claimed and the evidence does not say. */
function Struck({ opinion }: { opinion: ModelOpinion }) {
  const { struck, struck_count: count } = opinion;
  if (count === 0) return null;
  return (
    <details>
      <summary>
        {count} {count === 1 ? "claim was" : "claims were"} struck
      </summary>
      <ul>
        {keyed(struck, (item) => item.said).map(({ key, item }) => (
          <li key={key}>
            <s>{item.said}</s> <span className="faint">{item.reason}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}

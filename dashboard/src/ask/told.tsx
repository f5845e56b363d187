import { Link } from "react-router";
import type { AskCitation, Sentence } from "../api/ask";

const WORDS = {
  cited: "",
  uncited: "the model's words, without a source",
  unsupported: "the model's words; what it cites does not say so",
} as const;

/** A sentence of an answer, how far it can be believed, and what it rests on. */
export function Told({ sentence }: { sentence: Sentence }) {
  const support = sentence.support ?? "cited";
  return (
    <p className={`ask-told ${support}`}>
      {sentence.text}{" "}
      {sentence.cites?.map((cite) => (
        <Cite key={tell(cite)} cite={cite} />
      ))}
      {WORDS[support] && <span className="ask-opinion">{WORDS[support]}</span>}
    </p>
  );
}

function Cite({ cite }: { cite: AskCitation }) {
  const told = tell(cite);
  if (cite.source === "event") {
    return (
      <Link className="ask-cite mono" to={`/incidents/${encodeURIComponent(cite.id)}`}>
        {told}
      </Link>
    );
  }
  return <span className="ask-cite mono">{told}</span>;
}

function tell(cite: AskCitation): string {
  return cite.seq ? `${cite.id}#${cite.seq}` : `${cite.source}:${cite.id}`;
}

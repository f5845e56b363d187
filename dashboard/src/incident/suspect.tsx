import type { ChangeVerdict, Explanation, JudgedChange, Knower } from "../api/changes";
import { DiffLines } from "../design/diff";
import { Cites } from "./cites";
import { percent } from "./events";

/** Which change explains what fails, next to what it explains, and who knows that code; or that none does. */
export function Suspect({ verdict }: { verdict: ChangeVerdict }) {
  if (verdict.suspect === null)
    return (
      <p className="explained-by">
        <strong>No change explains this.</strong> {verdict.reason.split(": ").slice(1).join(": ")}
      </p>
    );
  return (
    <div className="explained-by is-found">
      <p>
        <strong>{verdict.suspect.summary}</strong> explains what fails
        <span className="faint"> {percent(verdict.confidence)}</span>
        <span className="faint mono"> {place(verdict.suspect)}</span>
      </p>
      {(verdict.suspect.explains ?? []).map((item) => (
        <Place key={`${item.what} ${item.said}`} item={item} />
      ))}
      <People people={verdict.suspect.known_by ?? []} />
    </div>
  );
}

function place(change: JudgedChange): string {
  const commit = change.commit ? change.commit.slice(0, 12) : "";
  const pull = change.pull_request ? `#${change.pull_request}` : "";
  return [change.repository, pull, commit].filter(Boolean).join(" ");
}

/** Lines of the diff, below what they explain. */
function Place({ item }: { item: Explanation }) {
  const where = item.line ? `${item.path}:${item.line}` : item.path;
  return (
    <figure className="explains">
      <figcaption>
        <span className="said mono">{item.said}</span>
        <span className="faint mono">{where}</span>
        <Cites ids={item.evidence_ids} />
      </figcaption>
      <DiffLines text={item.hunk} />
    </figure>
  );
}

function People({ people }: { people: Knower[] }) {
  if (people.length === 0) return null;
  return (
    <p className="known-by">
      Who knows this code:{" "}
      {people.map((person, number) => (
        <span key={person.who}>
          {number > 0 && "; "}
          <strong>{person.who}</strong> <span className="faint">{person.how.join(", ")}</span>
        </span>
      ))}
    </p>
  );
}

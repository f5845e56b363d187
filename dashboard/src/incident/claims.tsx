import { Cites } from "./cites";
import type { ModelClaim } from "./events";
import { keyed } from "./keyed";

/** The facts that a language model took from the evidence, each with where it stands. */
export function Claims({ claims }: { claims: readonly ModelClaim[] }) {
  return (
    <ul>
      {keyed(claims, (claim) => claim.evidence_id + claim.path).map(({ key, item }) => (
        <li key={key}>
          <code>
            {item.path} = {String(item.value)}
          </code>{" "}
          <Cites ids={[item.evidence_id]} />
        </li>
      ))}
    </ul>
  );
}

import { withoutCalls } from "../design/words";
import { Claims } from "./claims";
import { keyed } from "./keyed";
import type { ChosenByModel } from "./model-choice";

/** Who chose a plan that the rules would not have made, and what theirs was: to be read before a yes. */
export function ByModel({ chosen }: { chosen: ChosenByModel }) {
  const theirs = chosen.instead_of;
  return (
    <section className="by-model" aria-label="Chosen by a model">
      <p className="warning">
        Chosen by {chosen.model}, a language model. The rules would have chosen{" "}
        <strong>{theirs.step}</strong> (risk {theirs.risk}): {withoutCalls(theirs.summary)}
      </p>
      {keyed(chosen.filled, (item) => item.name).map(({ key, item }) => (
        <p key={key}>
          <code>
            {item.name} = {String(item.value)}
          </code>
          <span className="muted">, where the rules would write {String(item.by_rules)}</span>
        </p>
      ))}
      {chosen.reason !== "" && <q>{chosen.reason}</q>}
      <Claims claims={chosen.claims} />
    </section>
  );
}

import { Cites } from "./cites";
import type { Finding } from "./events";
import { keyed } from "./keyed";

/** Weights are log-odds; three and more are as good as proof. */
const WEIGHT_FULL = 3;

/** What speaks for a cause, then what speaks against it, the strongest first. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  const sides = (["for", "against"] as const).map((stance) => ({
    stance,
    items: findings
      .filter((finding) => finding.stance === stance)
      .sort((one, other) => other.weight - one.weight),
  }));
  return (
    <div className="findings">
      {sides.map(({ stance, items }) =>
        items.length === 0 ? (
          stance === "against" && (
            <p key={stance} className="faint none">
              Nothing speaks against it.
            </p>
          )
        ) : (
          <ul key={stance} className={stance} aria-label={`Speaks ${stance} it`}>
            {keyed(items, (item) => item.rule).map(({ key, item: finding }) => (
              <li key={key}>
                <Weight weight={finding.weight} stance={stance} />
                <span className="statement">{finding.statement}</span>
                <Cites ids={finding.evidence_ids} />
              </li>
            ))}
          </ul>
        ),
      )}
    </div>
  );
}

function Weight({ weight, stance }: { weight: number; stance: string }) {
  const share = Math.min(1, weight / WEIGHT_FULL);
  return (
    <span className="weight" title={`${stance}, weight ${weight.toFixed(1)} in log-odds`}>
      <span className="sign">{stance}</span>
      <span className="bar" style={{ "--share": share } as object} aria-hidden="true" />
    </span>
  );
}

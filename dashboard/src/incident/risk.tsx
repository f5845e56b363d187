import type { RiskScore } from "./events";

const HIGH_FROM = 65;
const MEDIUM_FROM = 35;

/** The word for a score, as policy and documents use it. */
export function levelOf({ score }: RiskScore): "low" | "medium" | "high" {
  if (score >= HIGH_FROM) return "high";
  return score >= MEDIUM_FROM ? "medium" : "low";
}

/** What an action risks here and now, with the terms that it adds up from. */
export function RiskView({ risk }: { risk: RiskScore }) {
  const adding = risk.terms.filter((term) => term.points > 0);
  return (
    <details className="risk">
      <summary>
        {risk.score} of 100
        {adding.length > 0 && <span className="faint"> from {adding.length} terms</span>}
      </summary>
      <ul aria-label="Terms of the risk">
        {risk.terms.map((term) => (
          <li key={term.name} className={term.points > 0 ? undefined : "faint"}>
            <span className="mono">{term.points > 0 ? `+${term.points}` : "0"}</span> {term.name}:{" "}
            {term.statement}
          </li>
        ))}
      </ul>
    </details>
  );
}

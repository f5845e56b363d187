import "./health.css";
import type { HealthView, PulseView } from "../api/clusters";
import { Ago } from "../design/ago";

/** How each of a cluster's systems answers, and when it was last heard of trouble. */
export function HealthList({ health }: { health: HealthView }) {
  return (
    <ul className="health">
      {health.endpoints.map((endpoint) => (
        <li key={endpoint.system} className={endpoint.status} title={endpoint.url}>
          <span className="system">{endpoint.system}</span>
          <Pulse endpoint={endpoint} />
        </li>
      ))}
      <li className={health.last_alert_at ? "ok" : ""}>
        <span className="system">alertmanager</span>
        <span className="state">
          {health.last_alert_at ? (
            <>
              last alert <Ago at={health.last_alert_at} />
            </>
          ) : (
            "no alert yet"
          )}
        </span>
      </li>
    </ul>
  );
}

function Pulse({ endpoint }: { endpoint: PulseView }) {
  if (endpoint.status === "ok") {
    return <span className="state">answers in {Math.round(endpoint.latency_ms)} ms</span>;
  }
  return (
    <span className="state">
      {endpoint.status}, first seen <Ago at={endpoint.since} />
      {endpoint.detail && `: ${endpoint.detail}`}
    </span>
  );
}

/** A cluster's health in a word. */
export function HealthBadge({ health }: { health: HealthView | undefined }) {
  if (!health) return <span className="badge">not known</span>;
  const bad = health.endpoints.filter((endpoint) => endpoint.status !== "ok");
  if (bad.length === 0) return <span className="badge good">every system answers</span>;
  return <span className="badge bad">{bad.map((item) => item.system).join(", ")} not well</span>;
}

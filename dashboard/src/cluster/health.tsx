import type { HealthView, PulseView } from "../api/clusters";
import { Ago } from "../design/ago";

/** How each of a cluster's systems answers. */
export function HealthList({ health }: { health: HealthView }) {
  return (
    <ul className="health">
      {health.endpoints.map((endpoint) => (
        <li key={endpoint.system} className={endpoint.status}>
          <span className="system">{endpoint.system}</span>
          <span className="state">{stateOf(endpoint)}</span>
          <span className="faint mono">
            {endpoint.status === "ok" && `${Math.round(endpoint.latency_ms)} ms`}
          </span>
          <span className="faint since">
            since <Ago at={endpoint.since} />
          </span>
        </li>
      ))}
      <li className={health.last_alert_at ? "ok" : ""}>
        <span className="system">alertmanager</span>
        <span className="state">
          {health.last_alert_at ? (
            <>
              last heard <Ago at={health.last_alert_at} />
            </>
          ) : (
            "no alert was received yet"
          )}
        </span>
      </li>
    </ul>
  );
}

function stateOf(endpoint: PulseView): string {
  return endpoint.detail ? `${endpoint.status}: ${endpoint.detail}` : endpoint.status;
}

/** A cluster's health in a word. */
export function HealthBadge({ health }: { health: HealthView | undefined }) {
  if (!health) return <span className="badge">asking</span>;
  const bad = health.endpoints.filter((endpoint) => endpoint.status !== "ok");
  if (bad.length === 0) return <span className="badge good">every system answers</span>;
  return <span className="badge bad">{bad.map((item) => item.system).join(", ")} not well</span>;
}

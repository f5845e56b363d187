import type { ClusterConnected } from "../api/clusters";
import { CopyButton } from "../design/copy";
import { Secret } from "../design/secret";

/** What came of connecting: the checks, and how its Alertmanager reaches us. */
export function ConnectedView({
  connected,
  onClose,
}: {
  connected: ClusterConnected;
  onClose: () => void;
}) {
  const snippet = alertmanagerSnippet(
    new URL(connected.webhook_path, location.origin).href,
    connected.webhook_token,
  );
  return (
    <>
      <ul className="checks">
        {connected.checks.map((check) => (
          <li key={check.system}>
            <span className={check.ok ? "ok" : "bad"}>{check.ok ? "✓" : "✗"}</span>
            <span>{check.system}</span>
            <span className="muted">
              {check.detail ||
                `${check.tools} tools, ${check.can_write ? "reads and writes" : "reads only"}`}
            </span>
          </li>
        ))}
      </ul>
      <Secret name="Webhook token" value={connected.webhook_token} />
      <div className="stack">
        <div className="row between">
          <h2>For its Alertmanager</h2>
          <CopyButton text={snippet} what="the Alertmanager configuration" />
        </div>
        <pre className="snippet">{snippet}</pre>
      </div>
      <div className="row end">
        <button type="button" className="button" onClick={onClose}>
          Done
        </button>
      </div>
    </>
  );
}

/** Return the part of alertmanager.yml that sends every alert here as well. */
export function alertmanagerSnippet(url: string, token: string): string {
  return `route:
  routes:
    - receiver: sre-agent
      continue: true

receivers:
  - name: sre-agent
    webhook_configs:
      - url: ${url}
        send_resolved: true
        http_config:
          authorization:
            type: Bearer
            credentials: ${token}
`;
}

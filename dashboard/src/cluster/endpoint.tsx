import type { System } from "../api/clusters";

const WORDS: Record<System, string> = {
  kubernetes: "Kubernetes",
  prometheus: "Prometheus",
  loki: "Logs (Loki)",
  jaeger: "Traces (Jaeger)",
  runbooks: "Runbooks",
};

interface Props {
  system: System;
  isUsed: boolean;
  onToggle: () => void;
}

/** Where one system's server is, and the tokens it knows us by. */
export function EndpointFields({ system, isUsed, onToggle }: Props) {
  return (
    <fieldset className="endpoint">
      <legend>
        <label>
          <input type="checkbox" checked={isUsed} onChange={onToggle} /> {WORDS[system]}
        </label>
      </legend>
      {isUsed && (
        <div className="fields">
          <label className="labelled whole">
            Address of its MCP server
            <input
              className="field mono"
              name={`${system}.url`}
              type="url"
              placeholder="https://"
              maxLength={2000}
              required
            />
          </label>
          <label className="labelled">
            Token for reading
            <input
              className="field mono"
              name={`${system}.read_token`}
              type="password"
              autoComplete="off"
              maxLength={4096}
              required
            />
          </label>
          {system === "kubernetes" && (
            <label className="labelled">
              Token for writing (without it nothing is ever changed)
              <input
                className="field mono"
                name={`${system}.write_token`}
                type="password"
                autoComplete="off"
                maxLength={4096}
              />
            </label>
          )}
        </div>
      )}
    </fieldset>
  );
}

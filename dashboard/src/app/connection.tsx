import { type Connection, useConnection } from "./live";

const TOLD: Record<Connection, [string, string]> = {
  live: ["Live", "Every change is shown as it happens"],
  asking: ["Polling", "There is no live connection; changes are asked for every few seconds"],
  lost: ["Offline", "The platform does not answer; what is shown may be old"],
};

/** Whether what is shown is live. */
export function ConnectionDot() {
  const connection = useConnection();
  const [name, meaning] = TOLD[connection];
  return (
    <span className={`connection ${connection}`} title={meaning} role="status">
      <span className="dot" aria-hidden="true" />
      {name}
    </span>
  );
}

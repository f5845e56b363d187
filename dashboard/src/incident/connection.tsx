import { useNow } from "../design/now";
import { duration } from "../design/time";
import type { Connection } from "./live";

/** Whether what is shown is what is: live, asked for, or how far behind. */
export function ConnectionLine({ connection }: { connection: Connection }) {
  const now = useNow();
  return (
    <span className={`connection-line is-${connection.is}`} role="status">
      <span className="dot" aria-hidden="true" />
      {words(connection, now)}
    </span>
  );
}

export function words(connection: Connection, now: number): string {
  switch (connection.is) {
    case "connecting":
      return "connecting";
    case "replaying":
      return "reading the log";
    case "live":
      return "live";
    case "polling":
      return "asking every moment, no live connection";
    case "reconnecting": {
      const behind = connection.heardAt === null ? null : (now - connection.heardAt) / 1000;
      if (behind === null) return "cannot reach the platform, trying again";
      return `reconnecting, ${duration(Math.max(0, Math.round(behind))).replace(".0", "")} behind`;
    }
    case "over":
      return "not followed any more";
  }
}

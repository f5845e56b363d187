import { Ago } from "../design/ago";
import { ConnectionLine } from "./connection";
import { ENDS, type Room } from "./fold";
import type { Connection } from "./live";
import { Progress } from "./progress";
import type { Run } from "./run";
import { StatusBadge } from "./status";
import { Steering } from "./steering";

interface Props {
  room: Room;
  run: Run;
  connection: Connection;
  onRun: (number: number) => void;
}

/** What it is, where it stands, whose it is, and what can be done with it. */
export function Headline({ room, run, connection, onRun }: Props) {
  return (
    <header className="headline">
      <div className="over">
        <span className="mono faint">
          {room.namespace}/{room.service}
        </span>
        <StatusBadge status={room.status} />
        <span className={`badge severity-${room.severity}`}>{room.severity}</span>
        {room.runs.length > 1 && <Runs room={room} run={run} onRun={onRun} />}
        <ConnectionLine connection={connection} />
      </div>
      <h1>
        <bdi>{room.title}</bdi>
      </h1>
      <div className="under">
        <Facts room={room} />
        <Steering room={room} />
      </div>
      <Progress run={run} />
    </header>
  );
}

function Facts({ room }: { room: Room }) {
  const firing = room.alerts.filter((alert) => alert.isFiring).length;
  return (
    <p className="about muted">
      {room.openedAt && (
        <span>
          opened <Ago at={room.openedAt} />
        </span>
      )}
      <span title={room.alerts.map((alert) => alert.summary || alert.name).join("\n")}>
        {firing} of {room.alerts.length} {room.alerts.length === 1 ? "alert" : "alerts"} firing
      </span>
      {room.acknowledgedBy.length > 0 && <span>seen by {room.acknowledgedBy.join(", ")}</span>}
      <span>{room.assignedTo ? `assigned to ${room.assignedTo}` : "nobody’s yet"}</span>
    </p>
  );
}

function Runs({ room, run, onRun }: Omit<Props, "connection">) {
  return (
    <fieldset className="choice runs">
      <legend className="unseen">Run</legend>
      {room.runs.map((item) => (
        <label key={item.number} title={item.because || "the first look"}>
          <input
            type="radio"
            name="run"
            checked={item.number === run.number}
            onChange={() => onRun(item.number)}
          />
          <span>run {item.number}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function isOpen(room: Room): boolean {
  return !ENDS.has(room.status);
}

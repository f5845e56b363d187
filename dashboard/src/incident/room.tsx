import { Causes } from "./causes";
import { type Deciding, Decision } from "./decision";
import type { Room } from "./fold";
import { Progress } from "./progress";
import { StatusBadge } from "./status";
import { Stream } from "./stream";
import { Verification } from "./verification";

/** One incident, live: what happens, what it means, what to decide. */
export function RoomView({ room, deciding }: { room: Room; deciding: Deciding }) {
  return (
    <main className="room">
      <header className="headline">
        <div className="over">
          <span className="mono faint">
            {room.namespace}/{room.service}
          </span>
          <StatusBadge status={room.status} />
          <span className={`badge severity-${room.severity}`}>{room.severity}</span>
        </div>
        <h1>{room.title}</h1>
        <Progress room={room} />
        {room.escalation && <p className="escalation">Escalated. {room.escalation}</p>}
      </header>
      <div className="columns">
        <Stream events={room.events} />
        <div className="case">
          <Causes diagnosis={room.diagnosis} round={room.round} evidence={room.evidence} />
        </div>
        <aside>
          <Decision room={room} deciding={deciding} />
          <Verification room={room} />
        </aside>
      </div>
    </main>
  );
}

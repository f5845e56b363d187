import { clock } from "../design/time";
import type { Approval } from "./run";

/** Who has said yes so far, where it takes several people. */
export function Answers({ approval }: { approval: Approval }) {
  if (approval.people === 1) return null;
  const missing = approval.people - approval.yes.length;
  const others = approval.yes.length === 0 ? `${missing} different people` : "another";
  return (
    <div className="answers" role="status">
      <p>
        <strong>
          {approval.yes.length} of {approval.people} approved
        </strong>
        , waiting for {missing > 1 && approval.yes.length > 0 ? `${missing} others` : others}
      </p>
      <ul>
        {approval.yes.map((yes) => (
          <li key={yes.by + yes.at}>
            {yes.by} at {clock(yes.at)}
            {yes.leftOut.length > 0 && `, without ${yes.leftOut.join(", ")}`}
          </li>
        ))}
      </ul>
    </div>
  );
}

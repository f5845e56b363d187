import type { Room } from "./fold";

/** What fresh data say of the repair, check by check. */
export function Verification({ room }: { room: Room }) {
  const seen = room.verification;
  if (seen === null) return null;
  const tone = !seen.isOver ? "busy" : seen.result === "resolved" ? "good" : "bad";
  return (
    <section className="card verification" aria-label="Verification">
      <header>
        <h2>Verification</h2>
        <span className={`badge ${tone}`}>
          {seen.isOver ? seen.result.replaceAll("_", " ") : "looking"}
        </span>
      </header>
      <ul>
        {seen.checks.map((check) => {
          const [standing = "", ...rest] = check.split(": ");
          return (
            <li key={check} className={standing.replaceAll(" ", "-")}>
              {rest.join(": ")}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

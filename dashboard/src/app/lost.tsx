import { Link } from "react-router";
import { useTitle } from "../design/title";

/** A path that is no page. */
export function Lost() {
  useTitle("No such page");
  return (
    <main className="page">
      <h1>There is no such page</h1>
      <p className="muted">
        The address may be mistyped. Everything begins at the <Link to="/">overview</Link>.
      </p>
    </main>
  );
}

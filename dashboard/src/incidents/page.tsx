import { useTitle } from "../design/title";
import { IncidentListing } from "./listing";

/** Every incident there was. */
export function IncidentsPage() {
  useTitle("Incidents");
  return (
    <main className="page">
      <header className="page-head">
        <h1>Incidents</h1>
      </header>
      <IncidentListing />
    </main>
  );
}

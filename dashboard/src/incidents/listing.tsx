import { useSearchParams } from "react-router";
import { Trouble } from "../design/trouble";
import { useIncidents } from "./data";
import { askFor, type Filter, type Group, readFilter, writeFilter } from "./filter";
import { IncidentFilters } from "./filters";
import { IncidentTable } from "./table";

interface Props {
  cluster?: string;
  otherwise?: Group;
}

/** Incidents with their filters and pages; live. */
export function IncidentListing({ cluster, otherwise = "all" }: Props) {
  const [address, setAddress] = useSearchParams();
  const filter = readFilter(address, otherwise);
  const found = useIncidents(askFor(filter, cluster));
  const rows = found.data?.pages.flatMap((page) => page.incidents) ?? [];
  const change = (next: Filter) => setAddress(writeFilter(next, otherwise), { replace: true });
  return (
    <>
      <IncidentFilters filter={filter} onChange={change} />
      <section className="card" aria-label="Incidents" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="rows-ahead" />}
        {rows.length > 0 && (
          <IncidentTable
            rows={rows}
            label="Incidents, newest first"
            isOfOneCluster={cluster !== undefined}
          />
        )}
        {found.isSuccess && rows.length === 0 && <Nothing filter={filter} />}
        {found.hasNextPage && (
          <div className="more">
            <button
              type="button"
              className="button small"
              disabled={found.isFetchingNextPage}
              onClick={() => found.fetchNextPage()}
            >
              Show older ones
            </button>
          </div>
        )}
      </section>
    </>
  );
}

function Nothing({ filter }: { filter: Filter }) {
  const isNarrowed = filter.q !== "" || filter.severity !== "" || filter.group !== "all";
  return (
    <p className="nothing">
      <strong>{isNarrowed ? "No incident fits" : "No incident yet"}</strong>
      {isNarrowed
        ? "Widen the filter to see others."
        : "The first alert that Alertmanager sends opens one."}
    </p>
  );
}

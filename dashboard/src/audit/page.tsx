import "./audit.css";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearchParams } from "react-router";
import * as api from "../api/audit";
import { useEvery } from "../app/live";
import { Moment } from "../design/ago";
import { Sentence } from "../design/sentence";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { spaced } from "../design/words";
import { askFor, readFilter, writeFilter } from "./filter";
import { AuditFilters } from "./filters";
import { Verify } from "./verify";

const PAGE = 50;
const ASK_MS = 10_000;

/** What people and the platform did, newest first, and whether the record is whole. */
export function AuditPage() {
  useTitle("Audit");
  const [address, setAddress] = useSearchParams();
  const filter = readFilter(address);
  const found = useAudit(askFor(filter));
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <main className="page">
      <header className="page-head">
        <div>
          <h1>Audit</h1>
          <p>Who did what. Each entry is chained to the one before it, so a change would show.</p>
        </div>
      </header>
      <Verify />
      <AuditFilters
        filter={filter}
        onChange={(next) => setAddress(writeFilter(next), { replace: true })}
      />
      <section className="card" aria-label="Entries" aria-busy={found.isPending}>
        <Trouble error={found.error} isAskedAgain />
        {found.isPending && !found.error && <div className="rows-ahead" />}
        {entries.length > 0 && <Entries entries={entries} />}
        {found.isSuccess && entries.length === 0 && (
          <p className="nothing">
            <strong>Nothing fits</strong>
            Widen the filter to see other entries.
          </p>
        )}
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
    </main>
  );
}

function useAudit(filter: api.AuditFilter) {
  const every = useEvery(ASK_MS);
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      api.list({ ...filter, limit: PAGE, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: Math.min(every, ASK_MS),
    placeholderData: keepPreviousData,
  });
}

function Entries({ entries }: { entries: readonly api.AuditEntry[] }) {
  return (
    <table className="table audit" aria-label="What was done, newest first">
      <thead>
        <tr>
          <th>When</th>
          <th>Who</th>
          <th>What</th>
          <th>Where</th>
          <th>Place in the chain</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((entry) => (
          <tr key={`${entry.incident_id} ${entry.seq}`}>
            <td className="when">
              <Moment at={entry.at} />
            </td>
            <td className="actor">{entry.actor}</td>
            <td className="what">
              <span className="kind">{spaced(entry.kind)}</span>
              <span className="summary">
                <Sentence text={entry.summary} />
              </span>
            </td>
            <td>
              {entry.incident_id ? (
                <Link className="mono" to={`/incidents/${encodeURIComponent(entry.incident_id)}`}>
                  {entry.incident_id}
                </Link>
              ) : (
                <span className="faint">platform</span>
              )}
            </td>
            <td className="chain mono faint" title={entry.hash}>
              {entry.seq} · {entry.hash.slice(0, 8)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";
import * as incidents from "../api/incidents";
import { useEvery } from "../app/live";
import { Ago } from "../design/ago";
import { useTitle } from "../design/title";
import { Trouble } from "../design/trouble";
import { StatusBadge } from "../incident/status";

/** What goes on now. */
export function OverviewPage() {
  useTitle("Overview");
  const every = useEvery();
  const { data, error } = useQuery({
    queryKey: ["incidents", "open"],
    queryFn: ({ signal }) => incidents.list({ limit: 50 }, signal),
    refetchInterval: every,
  });
  return (
    <main className="page">
      <h1>Overview</h1>
      <Trouble error={error} />
      <ul>
        {data?.incidents.map((row) => (
          <li key={row.id}>
            <StatusBadge status={row.status} /> <Link to={`/incidents/${row.id}`}>{row.title}</Link>{" "}
            <span className="muted">
              <Ago at={row.opened_at} />
            </span>
          </li>
        ))}
      </ul>
    </main>
  );
}

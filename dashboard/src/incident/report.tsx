import "./styles/report.css";
import { useQuery } from "@tanstack/react-query";
import Markdown, { type Components } from "react-markdown";
import { Link } from "react-router";
import remarkGfm from "remark-gfm";
import { Trouble } from "../design/trouble";
import { fetchReport } from "./fetch-report";

/** Raw HTML in the report stays text; a link leaves the page only over http; pictures are not fetched. */
const COMPONENTS: Components = {
  img: ({ alt }) => <span>{alt}</span>,
  a: ({ href, children }) =>
    href && /^https?:\/\//.test(href) ? (
      <a href={href} target="_blank" rel="noreferrer noopener">
        {children}
      </a>
    ) : (
      <span>{children}</span>
    ),
  input: ({ checked }) => <span>{checked ? "☑" : "☐"}</span>,
  table: ({ children }) => (
    <div className="table">
      <table>{children}</table>
    </div>
  ),
};

/** Markdown from the platform, drawn without ever becoming markup of the page. */
export function Prose({ markdown }: { markdown: string }) {
  return (
    <article className="prose">
      <Markdown remarkPlugins={[remarkGfm]} components={COMPONENTS}>
        {markdown}
      </Markdown>
    </article>
  );
}

/** The postmortem of the incident. */
export function Report({ incidentId, writtenAt }: { incidentId: string; writtenAt: string }) {
  const { data, error } = useQuery({
    queryKey: ["report", incidentId, writtenAt],
    queryFn: ({ signal }) => fetchReport(incidentId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="card report" aria-label="Postmortem" tabIndex={0}>
      <header>
        <h2>Postmortem</h2>
        <Link className="button small" to="?">
          Back to the room
        </Link>
      </header>
      <Trouble error={error} />
      {data === undefined && !error && <p className="empty">Reading the report …</p>}
      {data !== undefined && <Prose markdown={data} />}
    </section>
  );
}

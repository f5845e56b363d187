import "./styles/report.css";
import { useQuery } from "@tanstack/react-query";
import Markdown, { type Components } from "react-markdown";
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
    <section className="card report" aria-label="Postmortem">
      <header>
        <h2>Postmortem</h2>
      </header>
      <Trouble error={error} />
      {data === undefined && !error && <p className="empty">Reading the report …</p>}
      {data !== undefined && <Prose markdown={data} />}
    </section>
  );
}

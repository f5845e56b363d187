import { keyed } from "./keyed";

interface Pattern {
  template: string;
  level: string;
  count: number;
  count_before: number;
  pods: string[];
  sample: string;
}

/** Error lines that are alike, with one of them as it stands. */
export function Patterns({ facts }: { facts: Readonly<Record<string, unknown>> }) {
  const patterns = (facts.patterns ?? []) as Pattern[];
  if (patterns.length === 0) return <p className="faint">No error lines.</p>;
  return (
    <ul className="patterns">
      {keyed(patterns, (item) => item.template).map(({ key, item }) => (
        <li key={key}>
          <p className="template">
            <bdi>{item.template}</bdi>
          </p>
          <p className="faint">
            {item.count} times{item.count_before > 0 ? `, ${item.count_before} before` : ", new"} ·
            in {item.pods.length} {item.pods.length === 1 ? "pod" : "pods"}
          </p>
          <pre className="sample">{item.sample}</pre>
        </li>
      ))}
    </ul>
  );
}

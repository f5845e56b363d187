import "./diff.css";

/** The lines of a diff, each as what it does. */
export function DiffLines({ text }: { text: string }) {
  return (
    <pre className="diff-lines">
      {text.split("\n").map((row, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one diff never change their order
        <Row key={number} row={row} />
      ))}
    </pre>
  );
}

function Row({ row }: { row: string }) {
  if (/^(---|\+\+\+) /.test(row)) return <span>{`${row}\n`}</span>;
  if (row.startsWith("+")) return <ins>{`${row}\n`}</ins>;
  if (row.startsWith("-")) return <del>{`${row}\n`}</del>;
  return <span>{`${row}\n`}</span>;
}

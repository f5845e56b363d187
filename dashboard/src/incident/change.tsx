/** A change `path: before -> after` as two lines, like a diff; anything else as it was said. */
export function Change({ text }: { text: string }) {
  const found = /^(.*?): (.*) -> (.*)$/s.exec(text);
  if (!found) return <p className="diff mono">{text}</p>;
  const [, path, before, after] = found;
  return (
    <div className="diff mono">
      <span className="path">{path}</span>
      <del>{before}</del>
      <ins>{after}</ins>
    </div>
  );
}

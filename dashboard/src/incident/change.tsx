/** A change `path: before -> after` as two lines, like a diff; anything else as it was said. */
export function Change({ text }: { text: string }) {
  const found = /^(.*?): (.*) -> (.*)$/s.exec(text);
  if (!found) return <p className="diff mono">{text}</p>;
  const [, path, before, after] = found;
  return (
    <div className="diff mono">
      <span className="path">
        <Path text={path ?? ""} />
      </span>
      <del>{before}</del>
      <ins>{after}</ins>
    </div>
  );
}

/** The name of a field, which breaks at its dots. */
function Path({ text }: { text: string }) {
  return text.split(/(?<=[./])/).map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
    <span key={index}>
      {part}
      <wbr />
    </span>
  ));
}

interface Props<Name extends string> {
  label: string;
  names: Readonly<Record<Name, string>>;
  value: Name;
  onChange: (name: Name) => void;
}

/** One of a few views to choose. */
export function Tabs<Name extends string>({ label, names, value, onChange }: Props<Name>) {
  return (
    <fieldset className="tabs">
      <legend className="unseen">{label}</legend>
      {(Object.keys(names) as Name[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === value}
          onClick={() => onChange(name)}
        >
          {names[name]}
        </button>
      ))}
    </fieldset>
  );
}

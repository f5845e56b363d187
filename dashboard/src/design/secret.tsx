import { CopyButton } from "./copy";

/** A secret that the platform tells this once; closing what shows it forgets it. */
export function Secret({ name, value }: { name: string; value: string }) {
  return (
    <div className="secret">
      <div className="row between">
        <span className="muted">{name}</span>
        <CopyButton text={value} what={name} />
      </div>
      <code>{value}</code>
      <p className="hint">Shown this once: it is stored only as a hash. Keep it somewhere safe.</p>
    </div>
  );
}

/** The field of a form that asks for a name, sent as `name`. */
export function NameField({ label = "Name", fill }: { label?: string; fill: "username" | "off" }) {
  return (
    <label className="labelled">
      {label}
      <input
        className="field"
        name="name"
        autoComplete={fill}
        autoCapitalize="none"
        spellCheck={false}
        maxLength={255}
        required
      />
    </label>
  );
}

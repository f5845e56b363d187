import { useId } from "react";
import type { Argument } from "../api/generated/schema";
import { boundsOf } from "./by-hand";

interface Props {
  name: string;
  wanted: Argument;
  value: string;
  offers: readonly string[];
  fault: string | undefined;
  onChange: (value: string) => void;
}

/** One argument of an action, with what it means, its bounds, and what is wrong with it. */
export function ArgumentField({ name, wanted, value, offers, fault, onChange }: Props) {
  const id = useId();
  const bounds = boundsOf(wanted);
  const described = {
    id,
    className: "field",
    value,
    "aria-invalid": fault !== undefined,
    "aria-describedby": `${id}-means ${id}-fault`,
    required: wanted.required,
  };
  const choices = wanted.type === "boolean" ? ["true", "false"] : [...wanted.choices];
  return (
    <div className="labelled argument">
      <label htmlFor={id}>
        {name.replaceAll("_", " ")}
        {!wanted.required && " (optional)"}
      </label>
      {choices.length > 0 ? (
        <select {...described} onChange={(event) => onChange(event.target.value)}>
          <option value="">not said</option>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {wanted.type === "boolean" ? { true: "yes", false: "no" }[choice] : choice}
            </option>
          ))}
        </select>
      ) : (
        <input
          {...described}
          inputMode={wanted.type === "integer" ? "numeric" : "text"}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          maxLength={2000}
          list={offers.length > 0 ? `${id}-offers` : undefined}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
      {offers.length > 0 && (
        <datalist id={`${id}-offers`}>
          {offers.map((offer) => (
            <option key={offer} value={offer} />
          ))}
        </datalist>
      )}
      <span className="faint" id={`${id}-means`}>
        {wanted.meaning}
        {bounds && ` · ${bounds.toLowerCase()}`}
        {offers.length > 0 && ` · seen: ${offers.slice(0, 6).join(", ")}`}
      </span>
      <span className="fault" id={`${id}-fault`}>
        {fault}
      </span>
    </div>
  );
}

import { useEffect, useRef, useState } from "react";
import { Tabs } from "../design/tabs";
import { type Filter, type Group, SEVERITIES } from "./filter";

const NAMES: Record<Group, string> = {
  open: "Open",
  waiting: "Waits for a person",
  escalated: "Escalated",
  ended: "Ended",
  all: "All",
};

const TYPING_MS = 250;

interface Props {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

/** Which incidents to show. */
export function IncidentFilters({ filter, onChange }: Props) {
  return (
    <search className="filters">
      <Tabs
        label="Status"
        names={NAMES}
        value={filter.group}
        onChange={(group) => onChange({ ...filter, group })}
      />
      <select
        className="field"
        aria-label="Severity"
        value={filter.severity}
        onChange={(event) =>
          onChange({
            ...filter,
            severity: SEVERITIES.find((item) => item === event.target.value) ?? "",
          })
        }
      >
        <option value="">Any severity</option>
        {SEVERITIES.map((severity) => (
          <option key={severity} value={severity}>
            {severity === "none" ? "no severity" : severity}
          </option>
        ))}
      </select>
      <Search value={filter.q} onChange={(q) => onChange({ ...filter, q })} />
    </search>
  );
}

/** Waits for a pause in typing before it asks. */
function Search({ value, onChange }: { value: string; onChange: (q: string) => void }) {
  const [typed, setTyped] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    // What was typed while our own words were on their way stays.
    if (value !== sent.current) setTyped(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => {
      sent.current = typed;
      onChange(typed);
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <input
      type="search"
      className="field search"
      aria-label="Title or service"
      placeholder="Title or service"
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}

import { type FormEvent, useEffect, useState } from "react";
import { Tabs } from "../design/tabs";
import type { Filter } from "./filter";

const NAMES: Record<Filter["group"], string> = {
  all: "All",
  decisions: "Decisions",
  actions: "Actions",
  steering: "Steering",
  accounts: "Accounts",
  platform: "Platform",
};

interface Props {
  filter: Filter;
  onChange: (filter: Filter) => void;
}

/** Which entries to show. Names are asked for when they are complete, not with each letter. */
export function AuditFilters({ filter, onChange }: Props) {
  const [actor, setActor] = useState(filter.actor);
  const [incident, setIncident] = useState(filter.incident);
  useEffect(() => setActor(filter.actor), [filter.actor]);
  useEffect(() => setIncident(filter.incident), [filter.incident]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange({ ...filter, actor, incident });
  };
  return (
    <search>
      <form className="filters" onSubmit={submit}>
        <Tabs
          label="Kind"
          names={NAMES}
          value={filter.group}
          onChange={(group) => onChange({ ...filter, actor, incident, group })}
        />
        <input
          className="field"
          aria-label="Who"
          placeholder="Who"
          maxLength={320}
          value={actor}
          onChange={(event) => setActor(event.target.value)}
        />
        <input
          className="field mono"
          aria-label="Incident"
          placeholder="Incident, inc-…"
          maxLength={100}
          value={incident}
          onChange={(event) => setIncident(event.target.value)}
        />
        <button type="submit" className="button">
          Filter
        </button>
      </form>
    </search>
  );
}

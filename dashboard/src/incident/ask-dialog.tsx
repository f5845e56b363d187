import type { ReactNode } from "react";
import { Dialog } from "../design/dialog";
import { Trouble } from "../design/trouble";

interface Props {
  title: string;
  says: string;
  act: string;
  look: "primary" | "danger" | "";
  isReady: boolean;
  isSending: boolean;
  error: unknown;
  onSend: () => void;
  onClose: () => void;
  children?: ReactNode;
}

/** One step that is asked for before it is taken: what it does, what it needs to know, yes or back. */
export function AskDialog(props: Props) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          props.onSend();
        }}
      >
        <p className="muted">{props.says}</p>
        {props.children}
        <Trouble error={props.error} />
        <div className="row end">
          <button type="button" className="button" onClick={props.onClose}>
            Back
          </button>
          <button
            type="submit"
            className={`button ${props.look}`}
            disabled={!props.isReady || props.isSending}
          >
            {props.act}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  isRequired?: boolean;
  rows?: number;
}

export function Text({ label, value, onChange, isRequired = false, rows = 3 }: TextProps) {
  return (
    <label className="labelled">
      {label}
      <textarea
        className="field"
        rows={rows}
        maxLength={4000}
        required={isRequired}
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

interface PickProps {
  label: string;
  value: string;
  options: readonly string[];
  onPick: (value: string) => void;
}

/** One of some words, or none of them. */
export function Pick({ label, value, options, onPick }: PickProps) {
  return (
    <label className="labelled">
      {label}
      <select className="field" value={value} onChange={(event) => onPick(event.target.value)}>
        <option value="">not said</option>
        {options.map((option) => (
          <option key={option} value={option}>
            {option.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ObjectProps {
  label: string;
  value: string;
  pattern: string;
  onChange: (value: string) => void;
}

export function ObjectField({ label, value, pattern, onChange }: ObjectProps) {
  return (
    <label className="labelled">
      {label}
      <input
        className="field mono"
        placeholder="Deployment/namespace/name"
        pattern={pattern}
        title="Kind/namespace/name, such as Deployment/web/api"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  );
}

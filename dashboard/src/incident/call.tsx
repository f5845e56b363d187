import { type ToolCall, valueText } from "./events";

/** A call as a person would write it; it breaks between its arguments, never within one that fits. */
export function CallText({ call }: { call: ToolCall }) {
  const given = Object.entries(call.arguments);
  return (
    <code className="call">
      {call.server}.{call.tool}(
      {given.map(([key, value], index) => (
        <span key={key}>
          {key}={valueText(value)}
          {index < given.length - 1 ? ", " : ""}
        </span>
      ))}
      )
    </code>
  );
}

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

const MOMENT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/;

/** A sentence of the platform's, its moments as the reader's clock shows them. */
export function Sentence({ text }: { text: string }) {
  return text.split(MOMENT).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never change their order
      <time key={index} dateTime={part} title={part}>
        {new Date(part).toLocaleTimeString("en-GB", { hour12: false })}
      </time>
    ),
  );
}

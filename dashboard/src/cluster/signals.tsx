import { useMemo } from "react";
import { SIGNALS, type SignalsView, type SnapshotView } from "../api/clusters";
import type { Span } from "../design/shape";
import { SIGNAL_NAMES, SignalView } from "./signal";
import { spanOf } from "./span";

/** Return the span that the graphs share. */
export function useSpan(snapshot: SnapshotView | undefined): Span {
  return useMemo(() => (snapshot ? spanOf(snapshot) : { fromS: 0, toS: 1 }), [snapshot]);
}

/** The four golden signals of one thing, side by side. */
export function FourSignals({
  of,
  signals,
  span,
}: {
  of: string;
  signals: SignalsView;
  span: Span;
}) {
  return (
    <div className="four">
      {SIGNALS.map((name) => (
        <SignalView key={name} name={name} of={of} signal={signals[name]} span={span} isNamed />
      ))}
    </div>
  );
}

/** Each service with its four signals. */
export function ServiceSignalsTable({ snapshot, span }: { snapshot: SnapshotView; span: Span }) {
  return (
    <>
      <table className="table services">
        <thead>
          <tr>
            <th>Service</th>
            {SIGNALS.map((name) => (
              <th key={name}>{SIGNAL_NAMES[name]}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {snapshot.services.map((row) => (
            <tr key={`${row.namespace}/${row.service}`}>
              <td className="first">
                <strong>{row.service}</strong>
                <span className="faint mono">{row.namespace}</span>
              </td>
              {SIGNALS.map((name) => (
                <td key={name} data-name={SIGNAL_NAMES[name]}>
                  <SignalView name={name} of={row.service} signal={row[name]} span={span} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {snapshot.left_out.map((text) => (
        <p key={text} className="left-out faint">
          Not shown: {text}
        </p>
      ))}
    </>
  );
}

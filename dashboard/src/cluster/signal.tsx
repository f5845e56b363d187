import "../design/sparkline.css";
import "./signals.css";
import type { SignalView as Signal, SignalName } from "../api/clusters";
import type { Span } from "../design/shape";
import { Sparkline } from "../design/sparkline";
import { tellIn } from "../design/words";

export const SIGNAL_NAMES: Record<SignalName, string> = {
  traffic: "Traffic",
  errors: "Errors",
  latency_p99: "Latency p99",
  saturation: "Memory",
};

interface Props {
  name: SignalName;
  of: string;
  signal: Signal;
  span: Span;
  isNamed?: boolean;
}

/** One golden signal: its value now and its last minutes; or why there is none. */
export function SignalView({ name, of, signal, span, isNamed = false }: Props) {
  const tell = tellIn(signal.unit);
  return (
    <div className="signal">
      {isNamed && <span className="signal-name">{SIGNAL_NAMES[name]}</span>}
      <span className="signal-now">
        {signal.now === null ? <span className="faint">no data</span> : tell(signal.now)}
      </span>
      {signal.series.length > 0 ? (
        <Sparkline
          name={`${SIGNAL_NAMES[name]} of ${of}`}
          series={signal.series}
          span={span}
          tell={tell}
        />
      ) : (
        <span className="signal-why">{signal.reason ?? "no samples"}</span>
      )}
    </div>
  );
}

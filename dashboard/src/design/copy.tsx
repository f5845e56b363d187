import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";

const SHOWN_MS = 2000;

/** Copies a text; where the browser has no clipboard the text can still be selected by hand. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isDone, setIsDone] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    setIsDone(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setIsDone(false), SHOWN_MS);
  };

  // A page that was not served by https has no clipboard.
  if (!navigator.clipboard) return null;
  return (
    <button type="button" className="button small" onClick={copy} aria-label={`Copy ${what}`}>
      {isDone ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">{isDone ? "Copied" : "Copy"}</span>
    </button>
  );
}

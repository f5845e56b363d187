/** The mark of the war room: a quiet line that beats once. */
export function Pulse({ className = "" }: { className?: string }) {
  return (
    <svg className={`pulse ${className}`} viewBox="0 0 32 32" aria-hidden="true">
      <path d="M3 17h7l3.5-9 5 15 3.5-6h7" />
    </svg>
  );
}

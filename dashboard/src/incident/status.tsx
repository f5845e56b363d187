const TONES: Record<string, string> = {
  received: "busy",
  investigating: "busy",
  awaiting_approval: "wait",
  executing: "busy",
  verifying: "busy",
  resolved: "good",
  closed: "",
  merged: "",
  escalated: "bad",
};

export function StatusBadge({ status }: { status: string }) {
  return <span className={`badge ${TONES[status] ?? ""}`}>{status.replaceAll("_", " ")}</span>;
}

/** What programs read, and so never comes from strangers as it is. */
export const KEPT: ReadonlySet<string> = new Set([
  ...[
    "status",
    "state",
    "action",
    "grade",
    "level",
    "phase",
    "kind",
    "code",
    "time",
    "at",
    "since",
    "createdAt",
    "expires",
    "verdict",
    "how",
  ],
  ...["better", "currency", "reason", "relation"],
]);

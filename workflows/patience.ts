/** How long workflows wait for activities, and how often they try again. */

/** What the platform does wrong heals within minutes. */
export const PATIENCE = {
  initialInterval: "1 second",
  backoffCoefficient: 2,
  maximumInterval: "30 seconds",
} as const;

/** Within minutes or not at all; user errors are not retried anyway. */
export const RETRY = { ...PATIENCE, maximumAttempts: 10 } as const;

/** Workers beat every two seconds (`activities/life/pulse.ts`, `signsOfLife.ts`) whatever they do: silence is their death. */
export const HEARTBEAT_TIME = "10 seconds";

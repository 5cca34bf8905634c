/** What a stage waits for outside of this project: since when, how often it was tried, and why it failed last. */

export interface Outage {
  /** Time of the first failure, ISO 8601. */
  readonly since: string;
  /** Failures so far. */
  readonly tries: number;
  /** The last failure, in words. */
  readonly why: string;
}

/** Phase of a stage that can do nothing until the store answers. */
export const WAITING_FOR_STORE = "waiting for the store";

/** @param clock the time of day, in the reader's time zone */
export function outageText({ since, tries }: Outage, clock: (time: Date) => string): string {
  return `store unreachable since ${clock(new Date(since))}, tried ${tries === 1 ? "once" : `${tries} times`}`;
}

/** Durations as the run file writes them. */

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** @param text a whole number with s, m, h or d; the schema has checked it */
export function secondsIn(text: string): number {
  return Number(text.slice(0, -1)) * SECONDS[text.slice(-1) as keyof typeof SECONDS];
}

/** Spans in which looks of a schedule should have taken place and did not: each is told once. */
import type { AbsentLook, FoundLook } from "./looks.js";

/** What was told of a span, `schedules/ID/silences/SINCE.json`. */
export interface Silence {
  readonly id: string;
  /** When the look before it began, or since when the schedule's times hold; ISO 8601. */
  readonly since: string;
  /** When it was told. */
  readonly at: string;
  readonly sentence: string;
}

/** Looks that were missed one after the other, with none in between. */
export interface Gap {
  readonly since: Date;
  /** Ascending, at least one. */
  readonly missed: readonly AbsentLook[];
}

/**
 * @param found looks that took place
 * @param since when the schedule's times began to hold
 * @param catchup seconds by which a look may be late: before that nothing is missed
 * @returns by time
 */
export function gapsOf(
  absent: readonly AbsentLook[],
  found: readonly FoundLook[],
  { since, catchup }: { readonly since: Date; readonly catchup: number },
  now: Date,
): readonly Gap[] {
  const starts = [since, ...found.map(({ startedAt }) => startedAt)].sort(
    (a, b) => a.getTime() - b.getTime(),
  );
  const gaps = new Map<number, AbsentLook[]>();
  for (const look of absent) {
    if (look.why !== "missed" || look.at.getTime() + 1000 * catchup >= now.getTime()) continue;
    const before = starts.findLast((start) => start <= look.at) ?? since;
    const gap = gaps.get(before.getTime()) ?? [];
    gaps.set(before.getTime(), [...gap, look]);
  }
  return [...gaps]
    .sort(([a], [b]) => a - b)
    .map(([start, missed]) => ({
      since: new Date(start),
      missed: missed.sort((a, b) => a.at.getTime() - b.at.getTime()),
    }));
}

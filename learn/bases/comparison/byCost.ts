/** When a cheaper base is taken instead of the one whose probe is best, and why another is not. */
import type { CheaperBase, PassedOver } from "../../../spec/records/baseComparison.js";
import { chanceOf, knows, type MeasuredBase, timesTheWork } from "./measuredBase.js";

/** A lead as large by chance alone is rarer than this when it is called certain. */
export const SIGNIFICANCE = 0.05;

/** Less than this is within the noise of a measurement on a shared machine, and not worth a word. */
export const DEARER = 1.2;

/**
 * A lead of one standard error or less is no reason for a larger model (Breiman et al., "Classification and Regression
 * Trees", 1984, section 3.4.3): chance alone makes it with this probability, one-sided.
 */
const ONE_STANDARD_ERROR = 0.16;

/** Below the ceiling less than half the work has to be saved, for what probe and LogME do not show. */
const MUCH_CHEAPER = 2;

/**
 * Log evidence an image rises by half the logarithm by which the unexplained variance falls: so much is a tenth of that
 * variance. Between bases of a family LogME differs by several times as much where it has something to say.
 */
const SAME_EVIDENCE = 0.05;

/** So many images hardly matter to whoever uses the model: one in a hundred; of 40 to 100 one, of fewer none. */
const hardlyAny = (images: number): number => (images < 40 ? 0 : Math.max(1, Math.floor(images / 100)));

const rightOf = ({ correct }: MeasuredBase): number => correct.filter(Boolean).length;

/** What speaks against a cheaper base that cannot be told apart; nothing where it is taken. */
type Objection = NonNullable<CheaperBase["but"]>;

type Judged = { readonly ground: PassedOver["ground"] } | { readonly but: Objection };

/**
 * At the ceiling – hardly any image wrong – there is nothing left that LogME could foretell, and any saving counts. Elsewhere
 * it must be large, and LogME the same.
 */
function judge(best: MeasuredBase, cheap: MeasuredBase, times: number, chance: number): Judged {
  const images = best.correct.length;
  const lead = rightOf(best) - rightOf(cheap);
  if (lead > hardlyAny(images) || chance < ONE_STANDARD_ERROR) return { but: "probe" };
  if (images > 0 && images - rightOf(cheap) <= hardlyAny(images)) return { ground: "ceiling" };
  if (best.evidence.logMe - cheap.evidence.logMe > SAME_EVIDENCE) return { but: "logMe" };
  return times < MUCH_CHEAPER ? { but: "saving" } : { ground: "alike" };
}

/** What costs less than the most accurate base and cannot be told apart from it. */
export interface CostDecision {
  /** The base that is taken instead, and what is kept of the one that is not. */
  readonly instead?: { readonly base: MeasuredBase; readonly passedOver: PassedOver };
  /** The cheapest of those that are not taken, where none is. */
  readonly cheaper?: CheaperBase;
}

/**
 * Cost is multiply-adds, which are the same on every machine. Bases are told apart by the probe's interval and by the paired
 * test, whichever finds a difference; what has met the images is left out.
 * @param best the one whose probe is best
 */
export function decideByCost(best: MeasuredBase, others: readonly MeasuredBase[]): CostDecision {
  if (knows(best)) return {};
  const [least] = best.evidence.probe.interval;
  const found = others
    .map((base) => ({ base, times: timesTheWork(best, base), pValue: chanceOf(best, base) }))
    .filter(
      ({ base, times, pValue }) =>
        !knows(base) && times >= DEARER && base.evidence.probe.accuracy >= least && pValue >= SIGNIFICANCE,
    )
    .toSorted((a, b) => b.times - a.times)
    .map((one) => ({ ...one, judged: judge(best, one.base, one.times, one.pValue) }));
  for (const { base, times, pValue, judged } of found) {
    if ("ground" in judged) {
      return { instead: { base, passedOver: { name: best.name, times, pValue, ground: judged.ground } } };
    }
  }
  const [first] = found;
  if (first === undefined || !("but" in first.judged)) return {};
  const { base, times, pValue, judged } = first;
  return { cheaper: { name: base.name, times, pValue, but: judged.but } };
}

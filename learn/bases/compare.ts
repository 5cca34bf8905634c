/** Chooses between bases by the accuracy of a linear probe on the frozen features of each. */
import { randomStream } from "../../rng/stream.js";
import type { BaseCandidate, BaseComparison } from "../../spec/records/baseComparison.js";
import type { DomainVerdict, RecipeEvidence } from "../../spec/records/recipe.js";
import { pText } from "../../spec/text/pText.js";
import { pairedChange } from "../evidence/byGroup.js";

/** A candidate with the probe's prediction of every image; all candidates' images are the same, in one order. */
export interface MeasuredBase {
  readonly name: string;
  readonly evidence: RecipeEvidence;
  /** There where `evidence.domain` is. */
  readonly verdict?: DomainVerdict["verdict"];
  readonly secondsPerView: number;
  /** Of one view; undefined where nobody knows, as of layers models. */
  readonly multiplyAdds: number | undefined;
  readonly correct: readonly boolean[];
  /** Of each image the group it is in. */
  readonly groups: readonly string[];
}

/** A lead as large by chance alone is rarer than this when it is called certain. */
const SIGNIFICANCE = 0.05;

/**
 * The most accurate probe wins, but that of a base which was tuned with these images says nothing: it comes last. Of
 * equal ones the higher LogME, then the base of fewer multiply-adds, then the one that is listed first. Measured times
 * have no say: they would choose otherwise when the comparison is repeated. The lead over the second is put to McNemar's exact test (Psychometrika 1947, one-sided; of groups where images share them), so that nobody takes noise for a finding.
 * @param measured at least one, in the order of the run file
 */
export function compareBases(measured: readonly MeasuredBase[]): BaseComparison {
  const ranked = measured.toSorted(
    (a, b) =>
      Number(knows(a)) - Number(knows(b)) ||
      b.evidence.probe.accuracy - a.evidence.probe.accuracy ||
      b.evidence.logMe - a.evidence.logMe ||
      cheaperFirst(a, b),
  );
  const [best, second] = ranked as [MeasuredBase, MeasuredBase | undefined];
  const lead = second === undefined || knows(second) ? "" : leadOver(best, second);
  const known = measured.filter(knows).map(({ name }) => name);
  return {
    candidates: ranked.map(candidateOf),
    chosen: best.name,
    reason: `${best.name}: a linear probe is right on ${share(best)}${lead}${distances(best, second)}${tunedHere(known, best)}`,
  };
}

const knows = ({ evidence }: MeasuredBase): boolean => (evidence.known ?? 0) > 0;

function tunedHere(names: readonly string[], best: MeasuredBase): string {
  if (names.length === 0) return "";
  return knows(best)
    ? `; the probe flatters what was tuned with some of these images: ${names.join(", ")}`
    : `; out of the question, because it was tuned with some of these images: ${names.join(", ")}`;
}

/** A base whose cost is not known comes after the others, and `toSorted` keeps the order of equal ones. */
function cheaperFirst(a: MeasuredBase, b: MeasuredBase): number {
  if (a.multiplyAdds === b.multiplyAdds) return 0;
  return (a.multiplyAdds ?? Number.POSITIVE_INFINITY) - (b.multiplyAdds ?? Number.POSITIVE_INFINITY);
}

function candidateOf(base: MeasuredBase): BaseCandidate {
  const { name, evidence, secondsPerView } = base;
  const { probe, logMe, hScore, neighbours } = evidence;
  const domain = domainOf(base);
  return {
    name,
    probe,
    logMe,
    hScore,
    neighbours,
    ...(domain === undefined ? {} : { domain }),
    secondsPerView,
  };
}

function domainOf({ evidence: { domain }, verdict }: MeasuredBase): BaseCandidate["domain"] {
  if (domain === undefined || verdict === undefined) return undefined;
  return { distance: domain.distance, error: domain.error, verdict };
}

/** How far the images are from the pretraining of the two best; it does not decide. */
function distances(best: MeasuredBase, second: MeasuredBase | undefined): string {
  const said = [best, second].flatMap((base) => {
    const domain = base && domainOf(base);
    return domain === undefined ? [] : [`${base?.name} ${domain.distance.toFixed(2)} (${domain.verdict})`];
  });
  return said.length === 0 ? "" : `; domain distance: ${said.join(", ")}`;
}

function leadOver(best: MeasuredBase, second: MeasuredBase): string {
  const signs = randomStream(0, "comparison of bases");
  const { rose: chance } = pairedChange(second.correct, best.correct, best.groups, signs);
  const lead = chance < SIGNIFICANCE ? "a certain lead" : "which may be chance";
  const speed = best.secondsPerView / second.secondsPerView;
  const cost = speed >= SLOWER ? `; it takes ${speed.toFixed(1)} times as long for an image` : "";
  return `, ${second.name} on ${share(second)}, ${lead} (${pText(chance)})${cost}`;
}

/** Less than this is within the noise of a measurement on a shared machine. */
const SLOWER = 1.2;

const share = ({ evidence }: MeasuredBase): string => `${(100 * evidence.probe.accuracy).toFixed(1)} %`;

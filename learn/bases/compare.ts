/** Chooses between bases by the accuracy of a linear probe on the frozen features of each. */
import { randomStream } from "../../rng/stream.js";
import type {
  BaseCandidate,
  BaseComparison,
  BaseCost,
  CheaperBase,
} from "../../spec/records/baseComparison.js";
import type { DomainVerdict, RecipeEvidence } from "../../spec/records/recipe.js";
import { pText } from "../../spec/text/pText.js";
import { pairedChange } from "../evidence/byGroup.js";

/** A candidate with the probe's prediction of every image; all candidates' images are the same, in one order. */
export interface MeasuredBase {
  readonly name: string;
  readonly evidence: RecipeEvidence;
  /** There where `evidence.domain` is. */
  readonly verdict?: DomainVerdict["verdict"];
  /** Of the stage that computed the features; absent where all were copied. */
  readonly secondsPerView?: number;
  readonly cost: BaseCost;
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
  const cheaper = cheaperThan(best, ranked.slice(1));
  const saving = cheaper === undefined ? "" : savingBy(cheaper);
  return {
    candidates: ranked.map(candidateOf),
    chosen: best.name,
    reason: `${best.name}: a linear probe is right on ${share(best)}${lead}${saving}${distances(best, second)}${tunedHere(known, best)}`,
    ...(cheaper === undefined ? {} : { cheaper }),
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
  const [ofA, ofB] = [a.cost.multiplyAdds, b.cost.multiplyAdds];
  if (ofA === ofB) return 0;
  return (ofA ?? Number.POSITIVE_INFINITY) - (ofB ?? Number.POSITIVE_INFINITY);
}

/**
 * What is said of a base that would do as well for less. Cost is multiply-adds, which are the same on every machine. It is
 * told apart by the probe's interval and by the paired test, whichever finds a difference; what has met the images is left out.
 */
function cheaperThan(best: MeasuredBase, others: readonly MeasuredBase[]): CheaperBase | undefined {
  const cost = best.cost.multiplyAdds;
  if (cost === undefined || knows(best)) return undefined;
  const [least] = best.evidence.probe.interval;
  const found = others.flatMap((other) => {
    const times = cost / (other.cost.multiplyAdds ?? Number.POSITIVE_INFINITY);
    if (knows(other) || times < DEARER || other.evidence.probe.accuracy < least) return [];
    const pValue = chanceOf(best, other);
    return pValue < SIGNIFICANCE ? [] : [{ name: other.name, times, pValue }];
  });
  return found.toSorted((a, b) => b.times - a.times)[0];
}

const savingBy = ({ name, times, pValue }: CheaperBase): string =>
  `; ${name} is ${times.toFixed(1)} times cheaper (multiply-adds) and cannot be told apart on these images (${pText(pValue)})`;

/** That chance alone makes the first so much better than the second. */
function chanceOf(best: MeasuredBase, other: MeasuredBase): number {
  const signs = randomStream(0, "comparison of bases");
  return pairedChange(other.correct, best.correct, best.groups, signs).rose;
}

function candidateOf(base: MeasuredBase): BaseCandidate {
  const { name, evidence, secondsPerView, cost } = base;
  const { probe, logMe, hScore, neighbours } = evidence;
  const domain = domainOf(base);
  return {
    name,
    probe,
    logMe,
    hScore,
    neighbours,
    ...(domain === undefined ? {} : { domain }),
    ...(secondsPerView === undefined ? {} : { secondsPerView }),
    cost,
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
  const chance = chanceOf(best, second);
  const lead = chance < SIGNIFICANCE ? "a certain lead" : "which may be chance";
  return `, ${second.name} on ${share(second)}, ${lead} (${pText(chance)})${price(best.cost, second.cost)}`;
}

/** What the lead costs: in time where one machine has timed both, else in work. */
function price(best: BaseCost, second: BaseCost): string {
  if (best.speed !== undefined && best.speed.machine === second.speed?.machine) {
    const slower = second.speed.viewsPerSecond / best.speed.viewsPerSecond;
    return slower >= DEARER ? `; it takes ${slower.toFixed(1)} times as long for an image` : "";
  }
  const more = (best.multiplyAdds ?? Number.NaN) / (second.multiplyAdds ?? Number.NaN);
  return more >= DEARER ? `; it has ${more.toFixed(1)} times the multiply-adds` : "";
}

/** Less than this is within the noise of a measurement on a shared machine, and not worth a word. */
const DEARER = 1.2;

const share = ({ evidence }: MeasuredBase): string => `${(100 * evidence.probe.accuracy).toFixed(1)} %`;

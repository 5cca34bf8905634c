/** Chooses between bases by the accuracy of a linear probe on the frozen features of each. */
import type {
  BaseCandidate,
  BaseComparison,
  CheaperBase,
  PassedOver,
} from "../../../spec/records/baseComparison.js";
import { pText } from "../../../spec/text/pText.js";
import { DEARER, decideByCost, SIGNIFICANCE } from "./byCost.js";
import { chanceOf, knows, type MeasuredBase, timesTheWork } from "./measuredBase.js";

/**
 * The most accurate probe wins, but that of a base which was tuned with these images says nothing: it comes last. Of
 * equal ones the higher LogME, then the base of fewer multiply-adds, then the one that is listed first. A base that costs less
 * and cannot be told apart from that one is taken in its place where {@link decideByCost} says so. Measured times
 * have no say: they would choose otherwise when the comparison is repeated. The lead over the second is put to McNemar's exact test (Psychometrika 1947, one-sided; of groups where images share them), so that nobody takes noise for a finding.
 * @param measured at least one, in the order of the run file
 */
export function compareBases(measured: readonly MeasuredBase[]): BaseComparison {
  const byProbe = measured.toSorted(
    (a, b) =>
      Number(knows(a)) - Number(knows(b)) ||
      b.evidence.probe.accuracy - a.evidence.probe.accuracy ||
      b.evidence.logMe - a.evidence.logMe ||
      cheaperFirst(a, b),
  );
  const [leader, ...others] = byProbe as [MeasuredBase, ...MeasuredBase[]];
  const { instead, cheaper } = decideByCost(leader, others);
  const best = instead?.base ?? leader;
  const rest = byProbe.filter((base) => base !== best);
  const [second] = rest;
  const lead = second === undefined || knows(second) ? "" : leadOver(best, second);
  const known = measured.filter(knows).map(({ name }) => name);
  const why = instead === undefined ? lead : costDecides(best, leader, instead.passedOver);
  const saving = cheaper === undefined ? "" : savingBy(cheaper, leader, others);
  return {
    candidates: [best, ...rest].map(candidateOf),
    chosen: best.name,
    reason: `${best.name}: a linear probe is right on ${share(best)}${why}${saving}${distances(best, second)}${tunedHere(known, best)}`,
    ...(cheaper === undefined ? {} : { cheaper }),
    ...(instead === undefined ? {} : { passedOver: instead.passedOver }),
  };
}

function costDecides(
  best: MeasuredBase,
  leader: MeasuredBase,
  { times, pValue, ground }: PassedOver,
): string {
  const theirs =
    share(leader) === share(best)
      ? `and so it is with ${leader.name}`
      : `${leader.name} on ${share(leader)}, which may be chance (${pText(pValue)})`;
  const decides =
    ground === "ceiling"
      ? "with hardly an image wrong, cost decides"
      : "neither probe nor LogME tells them apart, so cost decides";
  return `, ${theirs}, at ${times.toFixed(1)} times the multiply-adds: ${decides}`;
}

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

/** What is said of a base that would perhaps do as well for less, and why it is not taken. */
function savingBy(
  { name, times, pValue, but }: CheaperBase,
  leader: MeasuredBase,
  others: readonly MeasuredBase[],
): string {
  const it = others.find((base) => base.name === name)?.evidence;
  const { probe, logMe } = leader.evidence;
  const against = {
    probe: `its probe is ${(100 * (probe.accuracy - (it?.probe.accuracy ?? Number.NaN))).toFixed(1)} points lower`,
    logMe: `its LogME is lower (${it?.logMe.toFixed(2)}, ${logMe.toFixed(2)})`,
    saving: "saves less than half",
  };
  return `; ${name} is ${times.toFixed(1)} times cheaper (multiply-adds) and cannot be told apart on these images (${pText(pValue)})${but === undefined ? "" : `, but ${against[but]}`}`;
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
  return `, ${second.name} on ${share(second)}, ${lead} (${pText(chance)})${price(best, second)}`;
}

/** What the lead costs: in time where one machine has timed both, else in work. */
function price(best: MeasuredBase, second: MeasuredBase): string {
  const [ofBest, ofSecond] = [best.cost.speed, second.cost.speed];
  if (ofBest !== undefined && ofBest.machine === ofSecond?.machine) {
    const slower = ofSecond.viewsPerSecond / ofBest.viewsPerSecond;
    return slower >= DEARER ? `; it takes ${slower.toFixed(1)} times as long for an image` : "";
  }
  const more = timesTheWork(best, second);
  return more >= DEARER ? `; it has ${more.toFixed(1)} times the multiply-adds` : "";
}

const share = ({ evidence }: MeasuredBase): string => `${(100 * evidence.probe.accuracy).toFixed(1)} %`;

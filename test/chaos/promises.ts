/** Holds what a run has left against what was promised. */
import type { Leftovers, RunEvidence } from "./evidence.js";
import type { Scenario } from "./scenarios.js";

export interface Verdict {
  /** A sentence for each promise that was broken. */
  readonly broken: readonly string[];
  /** Files whose digest is that of the undisturbed run. */
  readonly digestsEqual: number;
  readonly lostStages: number;
}

/** @param reference of the same scenario, undisturbed */
export function judge(
  scenario: Scenario,
  reference: RunEvidence,
  run: RunEvidence,
  left: Leftovers,
  engines: number,
): Verdict {
  const broken: string[] = [];
  let digestsEqual = 0;
  if (run.status !== "completed") broken.push(`the run is ${run.status}: ${run.failure ?? "no reason"}`);
  const made = new Map(run.stages.map((stage) => [stage.name, stage]));
  const lost = reference.stages.filter(({ name }) => !made.has(name)).map(({ name }) => name);
  if (lost.length > 0) broken.push(`stages are lost: ${lost.join(", ")}`);
  for (const { name, digests } of reference.stages) {
    if (scenario.timed.includes(name) || UNCOMPARED.includes(name)) continue;
    for (const [file, digest] of Object.entries(digests)) {
      const other = made.get(name)?.digests[file];
      if (other === digest) digestsEqual += 1;
      else if (made.has(name)) broken.push(`${file} of ${name} is ${other}, undisturbed ${digest}`);
    }
  }
  if (run.strangers.length > 0) broken.push(`artifacts of no stage: ${run.strangers.join(", ")}`);
  if (run.manifests !== run.stages.length)
    broken.push(`${run.manifests} committed artifacts of ${run.stages.length} stages`);
  if (run.versions !== 1) broken.push(`${run.versions} versions of the model were registered`);
  if (left.checkpoints.length > 0) broken.push(`checkpoints are left: ${left.checkpoints.join(", ")}`);
  if (engines > 1) broken.push(`${engines} engine processes`);
  return { broken, digestsEqual, lostStages: lost.length };
}

/** Its files show times. */
const UNCOMPARED = ["report"];

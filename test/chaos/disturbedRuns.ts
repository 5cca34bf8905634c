/** The runs of `npm run chaos`: prepares their images, tells what happens, and keeps the folder where a promise is broken. */
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Output } from "../../cli/output.js";
import { say } from "../../cli/terminal/shown.js";
import { slice, smallImageSet } from "../support/images/images.js";
import { type DisturbedRun, type ReferenceRun, runCampaign } from "./campaign.js";
import type { Happened } from "./disturbedRun.js";
import { planDisturbances } from "./plan.js";
import { CHECKPOINT_SECONDS, PER_CLASS, SCENARIOS } from "./scenarios.js";
import { type Summary, summarize } from "./tables.js";
import { startTestbed } from "./testbed.js";

export interface DisturbedRuns {
  readonly summary: Summary;
  readonly runs: readonly DisturbedRun[];
}

export interface RunsAsked {
  readonly kills: number;
  readonly seed: number;
  /** Folder of images; drawn ones without it. */
  readonly data?: string | undefined;
}

/** @param onStack is given what ends the services, once they run */
export async function disturbedRuns(
  output: Output,
  { kills, seed, data }: RunsAsked,
  onStack: (close: () => Promise<void>) => void,
): Promise<DisturbedRuns> {
  const folder = mkdtempSync(join(tmpdir(), "thaw-chaos-"));
  const images = join(folder, "images");
  if (data === undefined) await smallImageSet(images, PER_CLASS);
  else await slice(resolve(data), images, PER_CLASS);
  output.talk(say`seed ${seed}, ${kills} kills, in ${folder}`);
  const testbed = await startTestbed(folder, CHECKPOINT_SECONDS);
  onStack(() => testbed.close());
  const began = Date.now();
  const minutes = (): number => (Date.now() - began) / 60_000;
  let firstKill: number | undefined;
  const onHappened = (one: Happened, soFar: number): void => {
    firstKill ??= minutes();
    const left = ((minutes() - firstKill) / Math.max(1, soFar - 1)) * (kills - soFar);
    output.talk(
      say`${minutes().toFixed(1)} min  ${soFar}/${kills}  ${wordsOf(one)}  about ${left.toFixed(0)} min to go`,
    );
    appendFileSync(join(folder, "happened.jsonl"), `${JSON.stringify(one)}\n`);
  };
  const onRun = (run: DisturbedRun | ReferenceRun): void =>
    output.talk(say`${minutes().toFixed(1)} min  ${endOf(run)}`);
  let runs: readonly DisturbedRun[];
  try {
    runs = await runCampaign(testbed, {
      plan: (run, stages) => planDisturbances(seed, run, stages),
      kills,
      scenarios: SCENARIOS,
      images,
      onHappened,
      onRun,
    });
  } catch (error) {
    await testbed.close({ keep: true });
    output.talk(say`${folder} is kept`);
    throw error;
  }
  const summary = summarize(runs, (Date.now() - began) / 1000);
  const isBroken = summary.broken.length > 0;
  await testbed.close({ keep: isBroken });
  if (isBroken)
    output.talk(say`${folder} is kept; repeat it with --only runs --seed ${seed} --kills ${kills}`);
  return { summary, runs };
}

function wordsOf({ run, stage, attempt, kind, moment, told }: Happened): string {
  const when = moment.by !== "request" ? "" : ` ${moment.place} ${moment.phase}`;
  const far = told === undefined ? "" : ` (${told.phase}: ${told.step} of ${told.total})`;
  return `run ${run}, ${stage}, attempt ${attempt}${far}: ${kind}${when}`;
}

function endOf(run: DisturbedRun | ReferenceRun): string {
  if ("reference" in run) return `undisturbed run of ${run.scenario}: ${run.reference.stages.length} stages`;
  const how = run.broken.length === 0 ? "every promise held" : `BROKEN: ${run.broken.join("; ")}`;
  return `run ${run.number} (${run.scenario}) ${run.seconds.toFixed(0)} s, ${run.digestsEqual} digests equal: ${how}`;
}

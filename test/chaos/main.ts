/**
 * `npm run chaos -- [--kills 200] [--seed 1] [--data FOLDER] [--json]`: kills and disturbs runs at random moments and
 * checks that nothing is lost. Exit code 1 when a promise is broken.
 */
import { appendFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { mainWith } from "../../cli/mainWith.js";
import type { Output } from "../../cli/output.js";
import { say } from "../../cli/terminal/shown.js";
import { ThawError } from "../../spec/errors.js";
import { slice, smallImageSet } from "../support/images/images.js";
import { type DisturbedRun, type ReferenceRun, runCampaign } from "./campaign.js";
import type { Happened } from "./disturbedRun.js";
import { planDisturbances } from "./plan.js";
import { CHECKPOINT_SECONDS, PER_CLASS, SCENARIOS } from "./scenarios.js";
import { summarize, tablesOf } from "./tables.js";
import { startTestbed } from "./testbed.js";

const OPTIONS = {
  kills: { type: "string", default: "200" },
  seed: { type: "string", default: "1" },
  data: { type: "string" },
  json: { type: "boolean" },
  "no-color": { type: "boolean" },
} as const;

async function chaos(output: Output): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const kills = wholeNumber("kills", values.kills);
  const seed = wholeNumber("seed", values.seed);
  const folder = mkdtempSync(join(tmpdir(), "thaw-chaos-"));
  const images = join(folder, "images");
  if (values.data === undefined) await smallImageSet(images, PER_CLASS);
  else await slice(resolve(values.data), images, PER_CLASS);
  output.talk(say`seed ${seed}, ${kills} kills, in ${folder}`);
  const testbed = await startTestbed(folder, CHECKPOINT_SECONDS);
  const began = Date.now();
  const minutes = (): number => (Date.now() - began) / 60_000;
  const stop = (): void => void testbed.close().finally(() => process.exit(130));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
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
  output.data({ seed, ...summary, details: runs }, (_shown, screen) => tablesOf(runs, summary, screen));
  if (!isBroken) return;
  output.talk(say`${folder} is kept; repeat it with --seed ${seed} --kills ${kills}`);
  process.exitCode = 1;
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

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new ThawError("USAGE", `--${name} takes a whole number, not ${text}`);
}

await mainWith(chaos);

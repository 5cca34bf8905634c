/** Disturbs run after run until so many kills were dealt, and holds each against one that nobody disturbed. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadRunFile } from "../../client/runFile/load.js";
import { startRun } from "../../client/runs/start.js";
import { toThawError } from "../../spec/errors.js";
import { patiently } from "../../store/connection/patience.js";
import { brokenByCollection } from "./collected.js";
import { disturbRun, type Happened, killsOf } from "./disturbedRun.js";
import {
  evidenceOf,
  forgetRuns,
  type Leftovers,
  leftoversOf,
  patientlyOf,
  type RunEvidence,
  type StageEvidence,
} from "./evidence.js";
import type { Disturbance } from "./plan.js";
import { judge, type Verdict } from "./promises.js";
import { type Scenario, VALIDATION } from "./scenarios.js";
import type { Testbed } from "./testbed.js";
import { MOST_WASTED_SECONDS, type Wasted, wastedSteps } from "./wasted.js";

export interface Campaign {
  /** What happens to the run of that number, from 0. */
  readonly plan: (run: number, stages: readonly StageEvidence[]) => readonly Disturbance[];
  readonly kills: number;
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  /** Folder of images, absolute. */
  readonly images: string;
  readonly onHappened: (happened: Happened, soFar: number) => void;
  readonly onRun: (run: DisturbedRun | ReferenceRun) => void;
}

export interface ReferenceRun {
  readonly scenario: string;
  readonly reference: RunEvidence;
}

export interface DisturbedRun extends Verdict {
  readonly scenario: string;
  readonly number: number;
  readonly runId: string;
  readonly seconds: number;
  readonly happened: readonly Happened[];
  readonly wasted: readonly Wasted[];
  readonly stages: number;
  readonly artifacts: number;
  readonly left: Leftovers;
}

/** A whole undisturbed run takes a minute; on a busy machine several. */
const REFERENCE_MS = 1_200_000;
/** A supervisor starts a service again after half a minute at the latest. */
const READY_MS = 120_000;
/** What a late attempt leaves is cleared by then. */
const CLEARED_MS = 20_000;
const POLL_MS = 250;

export async function runCampaign(testbed: Testbed, campaign: Campaign): Promise<readonly DisturbedRun[]> {
  const { scenarios, plan } = campaign;
  const references = new Map<string, RunEvidence>();
  const runs: DisturbedRun[] = [];
  let kills = 0;
  for (let number = 0; kills < campaign.kills; number++) {
    const scenario = scenarios[number % scenarios.length] ?? scenarios[0];
    const reference = references.get(scenario.name) ?? (await undisturbed(testbed, campaign, scenario));
    references.set(scenario.name, reference);
    await forgetRuns(testbed, scenario.base);
    const happened: Happened[] = [];
    const runId = await start(testbed, campaign, scenario);
    const began = Date.now();
    const stages = new Map(reference.stages.map(({ name, seconds }) => [name, seconds]));
    const stuck = await disturbRun(testbed, {
      ...{ number, runId, stages },
      plan: plan(number, reference.stages),
      goesOn: () => kills < campaign.kills,
      onHappened: (one) => {
        happened.push(one);
        kills += killsOf([one]);
        campaign.onHappened(one, kills);
      },
    }).then(
      () => undefined,
      (error: unknown) => toThawError(error, "RUN_FAILED").message,
    );
    await allReady(testbed);
    const left = await settled(testbed);
    const evidence = await evidenceOf(testbed, runId);
    const verdict = judge(scenario, reference, evidence, left, engines(testbed.folder).length);
    const wasted = await wastedSteps(patientlyOf(testbed), runId, happened, stages);
    const dear = wasted.filter((one) => one.seconds > MOST_WASTED_SECONDS);
    const run: DisturbedRun = {
      ...{ scenario: scenario.name, number, runId, happened, wasted, left, ...verdict },
      broken: [
        ...(stuck === undefined ? [] : [stuck]),
        ...verdict.broken,
        ...(await brokenByCollection(testbed, runId, evidence)),
        ...dear.map((one) => `${one.seconds.toFixed(0)} s of work on ${one.happened.stage} were lost`),
      ],
      seconds: (Date.now() - began) / 1000,
      stages: evidence.stages.length,
      artifacts: evidence.manifests,
    };
    runs.push(run);
    campaign.onRun(run);
    // The next one would meet a worker that still works at this one.
    if (stuck !== undefined) break;
  }
  return runs;
}

async function undisturbed(testbed: Testbed, campaign: Campaign, scenario: Scenario): Promise<RunEvidence> {
  await forgetRuns(testbed, scenario.base);
  const runId = await start(testbed, campaign, scenario);
  // Its evidence says how it ended.
  const ended = testbed.session.temporal.workflow.getHandle(runId).result();
  await Promise.race([ended.catch(() => undefined), sleep(REFERENCE_MS, undefined, { ref: false })]);
  const reference = await evidenceOf(testbed, runId);
  if (reference.status !== "completed")
    throw new Error(`the undisturbed run of ${scenario.name} is ${reference.status}: ${reference.failure}`);
  const idle = reference.stages.filter(({ kept }) => kept === false).map(({ name }) => name);
  if (idle.length > 0) throw new Error(`rolled back, so that digests say nothing: ${idle.join(", ")}`);
  campaign.onRun({ scenario: scenario.name, reference });
  return reference;
}

async function start(
  { session, folder }: Testbed,
  { images }: Campaign,
  { name, base, runFile }: Scenario,
): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  const data = `data: { path: ${JSON.stringify(images)}, validation: ${VALIDATION} }`;
  await writeFile(file, `${runFile}base: ${base}\n${data}\n`);
  const request = await loadRunFile(file, []);
  const { runId } = await patiently(
    { milliseconds: READY_MS },
    () => true,
    () => startRun(session, request),
  );
  return runId;
}

async function allReady(testbed: Testbed): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await sleep(POLL_MS)) {
    const { services } = await testbed.status();
    const down = services.filter(({ ready }) => !ready).map(({ name }) => name);
    if (down.length === 0) return;
    if (Date.now() > deadline) throw new Error(`not ready again: ${down.join(", ")}`);
  }
}

async function settled(testbed: Testbed): Promise<Leftovers> {
  for (const deadline = Date.now() + CLEARED_MS; ; await sleep(POLL_MS)) {
    const left = await leftoversOf(testbed);
    const isClear = left.checkpoints.length === 0 && engines(testbed.folder).length <= 1;
    if (isClear || Date.now() > deadline) return left;
  }
}

/** Process ids of the engines that work in the folder or below it (Linux). */
function engines(folder: string): readonly string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readlinkSync(join("/proc", pid, "cwd")).startsWith(folder)) return false;
      return readFileSync(join("/proc", pid, "cmdline"), "utf8").includes("engine/main.js");
    } catch {
      // It has just ended.
      return false;
    }
  });
}

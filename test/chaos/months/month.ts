/** A model that is looked after for a month by two machines that die now and then, and what came of it. */
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startRetraining } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import type { Tick, TickVerdict } from "../../../spec/retraining/retraining.js";
import { aliasHistory } from "../../../store/records/aliases.js";
import { proofRecords } from "../../../store/records/proofs.js";
import { listVersions } from "../../../store/records/records.js";
import { listTicks } from "../../../store/records/ticks.js";
import type { Stack } from "../../support/services/stack.js";
import { startMachines } from "./machines.js";
import type { Night } from "./plan.js";
import { CLASSES, SPOILING } from "./trainer.js";

const MODEL = "tended";
const RUN_FILE = `
name: ${MODEL}
data: { path: images }
recipe: extractor-only
unfreeze: { stages: [blocks.6] }
evaluation: { folds: 0 }
model: { promote: automatic, rule: not-worse }
`;
/** Images of each class in the first night: enough for a proof. */
const FIRST = 80;
/** And so many more in each night with a change. */
const MORE = 8;

export interface NightsWork {
  readonly night: number;
  readonly started: readonly string[];
  /** Events in the history of each look. */
  readonly events: readonly number[];
  readonly ticks: readonly Tick[];
}

export interface Month {
  readonly nights: readonly NightsWork[];
  /** All that the store has, oldest first. */
  readonly records: readonly Tick[];
  readonly log: readonly AliasDecision[];
  readonly proofs: readonly ModelProof[];
  readonly versions: readonly number[];
  /** Datasets that were trained on: one that a kill interrupted is there several times. */
  readonly trained: readonly string[];
  readonly kills: number;
}

/** @param onNight told of each night */
export async function tend(
  stack: Stack,
  nights: readonly Night[],
  onNight: (work: NightsWork) => void = () => undefined,
): Promise<Month> {
  const { folder, session } = stack;
  const { store, temporal } = session;
  const log = join(folder, "trained.log");
  await writeFile(log, "");
  const images = imagesIn(join(folder, "images"));
  const machines = await startMachines(stack, log);
  const work: NightsWork[] = [];
  try {
    const file = parseRunFile(RUN_FILE, "thaw.yaml", []);
    for (const [night, { change, twice, trap, dies }] of nights.entries()) {
      if (change !== undefined) await images[change]();
      await machines.ready();
      if (trap !== undefined) machines.set(trap);
      const timer = dies && setTimeout(() => machines.kill(dies.which), dies.after);
      const started = await Promise.all(
        Array.from({ length: twice === true ? 2 : 1 }, async () => {
          const { workflowId } = await startRetraining(session, { file, dataPath: images.path });
          return workflowId;
        }),
      );
      const handles = started.map((workflowId) => temporal.workflow.getHandle(workflowId));
      const ticks = await Promise.all(handles.map((handle) => handle.result() as Promise<Tick>));
      clearTimeout(timer);
      const described = await Promise.all(handles.map((handle) => handle.describe()));
      const done = { night, started, events: described.map(({ historyLength }) => historyLength), ticks };
      work.push(done);
      onNight(done);
    }
    return {
      nights: work,
      records: (await listTicks(store, MODEL, Number.POSITIVE_INFINITY)).toReversed(),
      log: await aliasHistory(store, MODEL, "champion"),
      proofs: (await proofRecords(store, MODEL).proofs()).known,
      versions: await listVersions(store, MODEL),
      trained: (await readFile(log, "utf8")).trim().split("\n"),
      kills: machines.kills(),
    };
  } finally {
    await machines.close();
  }
}

/** The folder of images, and what can become of it. */
function imagesIn(path: string) {
  let count = 0;
  const spoilt: string[] = [];
  const all: string[] = [];
  const add = async (label: string, name: string): Promise<string> => {
    await mkdir(join(path, label), { recursive: true });
    const file = join(path, label, `${name}.jpg`);
    await writeFile(file, `image ${name} of ${label}`);
    return file;
  };
  return {
    path,
    added: async (): Promise<void> => {
      const many = all.length === 0 ? FIRST : MORE;
      for (const label of CLASSES)
        for (let i = 0; i < many; i++) all.push(await add(label, `${label}-${count++}`));
    },
    removed: async (): Promise<void> => rm(all.pop() as string),
    spoilt: async (): Promise<void> => {
      spoilt.push(await add(CLASSES[0], `${SPOILING}-${count++}`));
    },
    cleaned: async (): Promise<void> => {
      for (const file of spoilt.splice(0)) await rm(file);
    },
  };
}

/** Verdicts that a night may come to: the first of two looks at once has the first, the other one the second. */
export function verdictsOf({ change, twice }: Night): readonly (readonly TickVerdict[])[] {
  if (change === undefined) return [["unchanged"]];
  // Images as they were before make the version that there was.
  const one = change === "spoilt" ? "not-proven" : change === "cleaned" ? "same-result" : "promoted";
  if (twice !== true) return [[one]];
  // The other one saw what the first came to, or came too late with the same.
  const others: readonly TickVerdict[] =
    one === "promoted" ? ["overtaken", "same-result", "unchanged"] : [one, "unchanged"];
  return others.map((other) => [one, other]);
}

/** Every promise of a month that was broken, in a sentence each. */
export function brokenPromises(plan: readonly Night[], month: Month): readonly string[] {
  const { nights, records, log, proofs, versions, trained } = month;
  const broken: string[] = [];
  const check = (holds: boolean, sentence: string): void => void (holds || broken.push(sentence));
  for (const { night, ticks } of nights) {
    const found = ticks.map(({ verdict }) => verdict).sort();
    const allowed = verdictsOf(plan[night] ?? {}).map((verdicts) => [...verdicts].sort().join());
    check(
      allowed.includes(found.join()),
      `night ${night}: ${found.join()} instead of ${allowed.join(" | ")}`,
    );
  }
  const started = nights.flatMap((night) => night.started);
  const recorded = records.map(({ workflowId }) => workflowId);
  check(recorded.length === started.length, `${recorded.length} records of ${started.length} looks`);
  check(new Set(recorded).size === recorded.length, "a look has two records");
  for (const id of started) check(recorded.includes(id), `${id} left no record`);

  const changes = plan.filter(({ change }) => change !== undefined && change !== "cleaned").length;
  const distinct = new Set(trained).size;
  check(distinct === versions.length, `${distinct} trainings, ${versions.length} versions`);
  check(distinct === changes, `${distinct} trainings for ${changes} changes`);
  check(
    versions.every((version, index) => version === index + 1),
    `versions ${versions.join()}`,
  );

  const promoted = records.filter(({ verdict }) => verdict === "promoted");
  check(promoted.length === log.length, `${promoted.length} promotions, ${log.length} entries in the log`);
  for (const [index, { seq, version, before, by, evidence }] of log.entries()) {
    const what = `entry ${seq} of the alias`;
    check(seq === index + 1, `${what} stands at place ${index + 1}`);
    check(before === (log[index - 1]?.version ?? null), `${what} follows ${before}`);
    check((version ?? 0) > (before ?? 0), `${what} goes from ${before} to ${version}`);
    const tick = promoted.find(({ decision }) => decision === seq);
    check(tick?.workflowId === by && tick.version === version, `${what} has no look that made it`);
    check((evidence === undefined) === (index === 0), `${what} stands on no proof`);
  }
  for (const [index, { seq, look }] of proofs.entries())
    check(seq === index + 1 && look <= seq, `proof ${seq} stands at place ${index + 1}, look ${look}`);
  const questions = proofs.map(
    ({ championVersion, challengerVersion }) => `${championVersion}:${challengerVersion}`,
  );
  check(new Set(questions).size === questions.length, `a question was asked twice: ${questions.join()}`);
  return broken;
}

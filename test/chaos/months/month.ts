/** A model that is looked after for a month by two machines that die now and then, and by people. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decideOn } from "../../../client/models/approvals.js";
import { startRetraining } from "../../../client/models/retrain.js";
import { parseRunFile } from "../../../client/runFile/parse.js";
import type { Session } from "../../../client/session.js";
import { ThawError } from "../../../spec/errors.js";
import type { AliasDecision } from "../../../spec/records/aliasDecision.js";
import type { ModelProof } from "../../../spec/records/proof.js";
import { type Approval, approvalId } from "../../../spec/retraining/approval.js";
import type { Tick } from "../../../spec/retraining/retraining.js";
import { aliasHistory } from "../../../store/records/aliases.js";
import { proofRecords } from "../../../store/records/proofs.js";
import { listVersions } from "../../../store/records/records.js";
import { listTicks } from "../../../store/records/ticks.js";
import type { Stack } from "../../support/services/stack.js";
import type { Machines } from "./machines.js";
import type { Night, Promotion } from "./plan.js";
import { CLASSES, SPOILING } from "./trainer.js";

const runFileOf = (model: string, promotion: Promotion): string => `
name: ${model}
data: { path: images }
recipe: extractor-only
unfreeze: { stages: [blocks.6] }
evaluation: { folds: 0 }
model: { promote: ${promotion}, rule: not-worse }
`;
/** Images of each class in the first night: enough for a proof. */
const FIRST = 80;
/** And so many more in each night with a change. */
const MORE = 8;

/** Other bytes in each month: what one of them has trained is not found by the other. */
const CONTENTS: Readonly<Record<Promotion, string>> = { automatic: "image", ask: "picture" };

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
  /** Questions to people as they ended. */
  readonly approvals: readonly Approval[];
  /** Where each worker died that did. */
  readonly deaths: readonly string[];
}

/**
 * @param machines of that stack, which may have been through other months
 * @param promotion who decides; where people are asked, two of them say yes at the same time
 * @param onNight told of each night
 */
export async function tend(
  { folder, session }: Stack,
  machines: Machines,
  nights: readonly Night[],
  promotion: Promotion,
  onNight: (work: NightsWork) => void = () => undefined,
): Promise<Month> {
  const { store, temporal } = session;
  const model = `tended-${promotion}`;
  const images = imagesIn(join(folder, `${model}-images`), CONTENTS[promotion]);
  // What they did in months before is no part of this one.
  const [died, trained] = [machines.deaths().length, (await machines.trained()).length];
  const work: NightsWork[] = [];
  const approvals: Approval[] = [];
  const file = parseRunFile(runFileOf(model, promotion), "thaw.yaml", []);
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
    for (const version of new Set(
      ticks.flatMap((tick) => (tick.verdict === "waits" ? tick.version : []) ?? []),
    ))
      approvals.push(await approved(session, model, version));
    clearTimeout(timer);
    const described = await Promise.all(handles.map((handle) => handle.describe()));
    const done = { night, started, events: described.map(({ historyLength }) => historyLength), ticks };
    work.push(done);
    onNight(done);
  }
  return {
    nights: work,
    records: (await listTicks(store, model, Number.POSITIVE_INFINITY)).toReversed(),
    log: await aliasHistory(store, model, "champion"),
    proofs: (await proofRecords(store, model).proofs()).known,
    versions: await listVersions(store, model),
    trained: (await machines.trained()).slice(trained),
    approvals,
    deaths: machines.deaths().slice(died),
  };
}

/** Two people say yes at once, each until they are told what came of it. @returns the question as it ended */
async function approved(session: Session, model: string, version: number): Promise<Approval> {
  const person = async (note: string): Promise<void> => {
    for (;;) {
      try {
        await decideOn(session, `${model}@${version}`, { verdict: "approve", note });
        return;
      } catch (error) {
        if (!(error instanceof ThawError)) throw error;
        // The other one was first.
        if (error.code === "APPROVAL_REFUSED") return;
        if (error.code !== "TEMPORAL_UNREACHABLE") throw error;
      }
    }
  };
  await Promise.all([person("fine"), person("fine with me, too")]);
  return session.temporal.workflow.getHandle(approvalId(model, version)).result() as Promise<Approval>;
}

/** The folder of images, and what can become of it. @param content what each file begins with */
function imagesIn(path: string, content: string) {
  let count = 0;
  const spoilt: string[] = [];
  const all: string[] = [];
  const add = async (label: string, name: string): Promise<string> => {
    await mkdir(join(path, label), { recursive: true });
    const file = join(path, label, `${name}.jpg`);
    await writeFile(file, `${content} ${name} of ${label}`);
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

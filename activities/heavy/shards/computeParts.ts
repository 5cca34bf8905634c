/** Computes shards, one after the other, each committed by itself: whoever is killed loses the one that it was at. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ShardsRequest } from "../../../spec/pipeline/activities.js";
import type { ShardsDone } from "../../../spec/pipeline/shards.js";
import type { Metered, Usage } from "../../../spec/records/usage.js";
import { commitArtifact } from "../../../store/artifacts/artifacts.js";
import { type KeyParts, sha256 } from "../../../store/artifacts/keys.js";
import type { Told } from "../../../store/artifacts/localFile.js";
import type { TrainingDependencies } from "../../context.js";
import { findWhole } from "../../light/findArtifact.js";
import { pausable } from "../../steering/pausable.js";
import { type AttendedHooks, attended } from "../attended.js";
import { keepLocally, newWorkFolder } from "../localArtifacts.js";
import type { RunningStages } from "../runningStages.js";
import { type JobBuilder, openInputs, type StageInputs, waitingStore } from "../stageRunner.js";

/** One shard of an activity. */
export interface Part {
  /** By number from 0. */
  readonly index: number;
  /** What its artifact is known by. */
  readonly known: KeyParts & { readonly key: string };
  readonly jobOf: JobBuilder;
}

export interface ComputedParts {
  /** Of all shards of the stage. */
  readonly count: number;
  readonly parts: readonly Part[];
}

interface PartsWork {
  readonly kind: "ingest" | "features";
  /** Whether a copy of what is committed stays on this machine, for the stage that puts shards together. */
  readonly isKept: boolean;
  /** What is to be computed. */
  readonly open: (
    dependencies: TrainingDependencies,
    inputs: StageInputs,
    told: Told,
  ) => Promise<ComputedParts>;
}

/** @throws ThawError those of `open`, ENGINE_FAILED, STORE_…; ApplicationFailure of type PAUSED */
export async function computeParts(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<ShardsDone>>,
  request: ShardsRequest,
  work: PartsWork,
): Promise<Metered<ShardsDone>> {
  const { stage, run, list, portion } = request;
  return attended(
    dependencies,
    running,
    {
      ...{ kind: work.kind, stage: stage.name, run },
      name: `shards ${sha256(JSON.stringify([stage, list.digest, portion]))}`,
      holding: `what ${stage.name} needs`,
      note: ({ computed }) => `${computed} of ${portion.length} shards computed`,
    },
    (hooks) => computeAll(dependencies, request, work, hooks),
  );
}

async function computeAll(
  given: TrainingDependencies,
  request: ShardsRequest,
  { open, isKept }: PartsWork,
  hooks: AttendedHooks,
): Promise<Metered<ShardsDone>> {
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const dependencies = { ...given, store: waitingStore(given.store, hooks.report, signal) };
  const told = (phase: string): void => hooks.report({ phase, step: 0, total: 1 });
  const inputs = await openInputs(dependencies, request, hooks.report);
  const { count, parts } = await open(dependencies, inputs, told);
  let computed = 0;
  // Of attempts before this one, and of shards that they have committed.
  let charged = 0;
  for (const part of parts) {
    const usage = (): Usage => {
      const all = hooks.usage();
      return { ...all, seconds: Math.max(0, all.seconds - charged) };
    };
    const place = `shard ${part.index + 1} of ${count}`;
    const done = await computeOne(
      dependencies,
      given,
      request,
      { inputs, part, place, usage, isKept },
      {
        ...{ report: hooks.report, meter: hooks.meter, signal },
      },
    );
    charged += done.seconds;
    if (done.isNew) computed += 1;
  }
  return { computed, ...(computed === 0 ? {} : { usage: hooks.usage() }) };
}

interface One {
  /** Of the stage, the same for all shards. */
  readonly inputs: StageInputs;
  readonly part: Part;
  /** For people. */
  readonly place: string;
  /** What was held for it until now. */
  readonly usage: () => Usage;
  readonly isKept: boolean;
}

/** @returns what this run has held for the shard, in seconds */
async function computeOne(
  dependencies: TrainingDependencies,
  { store: hastyStore }: TrainingDependencies,
  request: ShardsRequest,
  { inputs, part, place, usage, isKept }: One,
  { report, meter, signal }: Pick<AttendedHooks, "report" | "meter" | "signal">,
): Promise<{ readonly isNew: boolean; readonly seconds: number }> {
  const { store, workFolder, engine } = dependencies;
  const { key, ...parts } = part.known;
  const known = (await findWhole(store, parts.kind, key)).manifest;
  if (known !== undefined) {
    const { run, seconds = 0 } = known.usage ?? {};
    return { isNew: false, seconds: run === request.run.runId ? seconds : 0 };
  }
  const out = await newWorkFolder(workFolder, parts.kind);
  const cpuBefore = meter.used().cpuSeconds;
  try {
    const held = (): void => undefined;
    const job = await part.jobOf(request, inputs, out, {
      ...{ store, digests: parts.inputs, report, signal, held },
    });
    const started = performance.now();
    const summary = await pausable(hastyStore, request, signal, (either) =>
      engine.run(job, {
        onProgress: (progress) => report({ ...progress, phase: `${place}: ${progress.phase}` }),
        onProcessorTime: meter.processorTime,
        signal: either,
      }),
    );
    const all = usage();
    const files = Object.fromEntries((await readdir(out)).sort().map((name) => [name, join(out, name)]));
    const { manifest, won } = await commitArtifact(store, {
      ...{ ...parts, key, summary, files },
      seconds: (performance.now() - started) / 1000,
      usage: { ...all, cpuSeconds: meter.used().cpuSeconds - cpuBefore },
    });
    if (won && isKept) await keepLocally(workFolder, manifest, out);
    return { isNew: won, seconds: all.seconds };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

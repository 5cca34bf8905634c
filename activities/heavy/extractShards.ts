/** Computes shards, one after the other, each committed by itself: whoever is killed loses the one that it was at. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineJob } from "../../spec/engine/job.js";
import type { ShardsRequest } from "../../spec/pipeline/activities.js";
import type { ShardsDone } from "../../spec/pipeline/shards.js";
import type { Shard, ShardImage } from "../../spec/records/features.js";
import type { Metered, Usage } from "../../spec/records/usage.js";
import { commitArtifact } from "../../store/artifacts/artifacts.js";
import { sha256 } from "../../store/artifacts/keys.js";
import type { TrainingDependencies } from "../context.js";
import { findWhole } from "../light/findArtifact.js";
import { pausable } from "../steering/pausable.js";
import { type AttendedHooks, attended } from "./attended.js";
import { keepLocally, newWorkFolder } from "./localArtifacts.js";
import type { RunningStages } from "./runningStages.js";
import { openShards, shardParts } from "./shardList.js";
import { type JobBuilder, openInputs, type StageInputs, waitingStore } from "./stageRunner.js";

/**
 * @param jobOf the engine's job for some images
 * @throws ThawError NOT_FOUND (the list, the dataset), ARTIFACT_CORRUPT, ENGINE_FAILED, STORE_…; ApplicationFailure of type PAUSED
 */
export async function extractShards(
  dependencies: TrainingDependencies,
  running: RunningStages<Metered<ShardsDone>>,
  request: ShardsRequest,
  jobOf: (images: readonly ShardImage[]) => JobBuilder,
): Promise<Metered<ShardsDone>> {
  const { stage, run, list, portion } = request;
  return attended(
    dependencies,
    running,
    {
      ...{ kind: "features", stage: stage.name, run },
      name: `shards ${sha256(JSON.stringify([stage, list.digest, portion]))}`,
      holding: `what ${stage.name} needs`,
      note: ({ computed }) => `${computed} of ${portion.length} shards computed`,
    },
    (hooks) => computeAll(dependencies, request, jobOf, hooks),
  );
}

async function computeAll(
  given: TrainingDependencies,
  request: ShardsRequest,
  jobOf: (images: readonly ShardImage[]) => JobBuilder,
  hooks: AttendedHooks,
): Promise<Metered<ShardsDone>> {
  const signal = AbortSignal.any([hooks.signal, hooks.leaving]);
  const dependencies = { ...given, store: waitingStore(given.store, hooks.report, signal) };
  const { store, workFolder } = dependencies;
  const told = (phase: string): void => hooks.report({ phase, step: 0, total: 1 });
  const shards = await openShards(store, workFolder, request.list, told);
  const inputs = await openInputs(dependencies, request, hooks.report);
  let computed = 0;
  // Of attempts before this one, and of shards that they have committed.
  let charged = 0;
  for (const index of request.portion) {
    const shard = shards.shard(index);
    const usage = (): Usage => {
      const all = hooks.usage();
      return { ...all, seconds: Math.max(0, all.seconds - charged) };
    };
    const place = `shard ${index + 1} of ${shards.count}`;
    const done = await computeOne(dependencies, given, request, { inputs, shard, place, usage }, jobOf, {
      ...{ report: hooks.report, meter: hooks.meter, signal },
    });
    charged += done.seconds;
    if (done.isNew) computed += 1;
  }
  return { computed, ...(computed === 0 ? {} : { usage: hooks.usage() }) };
}

interface One {
  /** Of the features stage, the same for all shards. */
  readonly inputs: StageInputs;
  readonly shard: Shard;
  /** For people. */
  readonly place: string;
  /** What was held for it until now. */
  readonly usage: () => Usage;
}

/** @returns what this run has held for the shard, in seconds */
async function computeOne(
  dependencies: TrainingDependencies,
  { store: hastyStore }: TrainingDependencies,
  request: ShardsRequest,
  { inputs, shard, place, usage }: One,
  jobOf: (images: readonly ShardImage[]) => JobBuilder,
  { report, meter, signal }: Pick<AttendedHooks, "report" | "meter" | "signal">,
): Promise<{ readonly isNew: boolean; readonly seconds: number }> {
  const { store, workFolder, engine, engineFingerprint } = dependencies;
  const { key, ...parts } = shardParts(request, inputs.manifest("ingest"), shard, engineFingerprint);
  const known = (await findWhole(store, parts.kind, key)).manifest;
  if (known !== undefined) {
    const { run, seconds = 0 } = known.usage ?? {};
    return { isNew: false, seconds: run === request.run.runId ? seconds : 0 };
  }
  const out = await newWorkFolder(workFolder, parts.kind);
  const cpuBefore = meter.used().cpuSeconds;
  try {
    const held = (): void => undefined;
    const job: EngineJob = await jobOf(shard.images)(request, inputs, out, {
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
    if (won) await keepLocally(workFolder, manifest, out);
    return { isNew: won, seconds: all.seconds };
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

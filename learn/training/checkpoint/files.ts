/**
 * A checkpoint as a folder: `current.safetensors` (weights, moments, average, statistics), `best.safetensors` and
 * `state.json`, which holds everything else and the digests of the other two. It appears whole or not at all.
 */
import { createHash } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type CheckpointIdentity, whyOtherBits } from "../../../spec/engine/job.js";
import { ThawError } from "../../../spec/errors.js";
import type { AppliedChange, EpochRecord } from "../../../spec/records/training.js";
import type { Parameter, Parameters } from "../../network/parameters.js";
import { readSafetensors, safetensorsBytes } from "../../safetensors.js";
import type { FitState } from "../fitState.js";
import { VECTORS, type VectorName } from "../step/trainable.js";
import type { ExtraState } from "../trainee.js";

const CURRENT_FILE = "current.safetensors";
const BEST_FILE = "best.safetensors";
const STATE_FILE = "state.json";
/** Raised when an older checkpoint could not be read any more. */
const FORMAT = 1;
const EXTRA = "extra/";

const count = z.int().min(0);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const positionSchema = z.object({ epoch: count, step: count });

const stateSchema = z.object({
  format: z.literal(FORMAT),
  identity: z.object({
    engine: z.string(),
    threads: z.int().min(1),
    bfloat16: z.enum(["multiplied", "rounded"]).exactOptional(),
  }),
  epoch: count,
  step: count,
  done: count,
  factor: z.number(),
  seen: z.object({ lossSum: z.number(), correct: count, images: count }),
  history: z.array(z.custom<EpochRecord>((value) => typeof value === "object")),
  /** Null stands for infinity, which JSON lacks. */
  stopping: z.object({ bestLoss: z.number().nullable(), bestEpoch: count, waited: count }),
  updates: count,
  averageUpdates: count.nullable(),
  seconds: z.number().min(0),
  epochSeconds: z.number().min(0),
  changes: z.array(z.custom<AppliedChange>((value) => typeof value === "object")),
  resumed: z.array(positionSchema),
  files: z.object({ current: digest, best: digest }),
});
const fileSchema = z.object({ digest, state: z.unknown() });

/** What is under training, apart from where training stands. */
export interface Trained {
  /** A copy of a vector. */
  readonly read: (which: VectorName) => Float32Array;
  readonly extra: ExtraState | undefined;
}

/** A file of best weights that need not be written again while they stay the best. */
export interface BestFile {
  readonly best: FitState["best"];
  readonly path: string;
  readonly digest: string;
}

/**
 * Writes a checkpoint to `folder`, which must not exist.
 * @param known the last file of best weights, linked if they are the same still
 */
export async function writeCheckpoint(
  folder: string,
  state: FitState,
  current: Trained,
  identity: CheckpointIdentity,
  known: BestFile | undefined,
): Promise<BestFile> {
  const partial = `${folder}.part`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const best = await fill(partial, state, current, identity, known);
    await rename(partial, folder);
    return { ...best, path: join(folder, BEST_FILE) };
  } catch (error) {
    // Where the disk is full, what there was room for would take it from others.
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function fill(
  partial: string,
  state: FitState,
  current: Trained,
  identity: CheckpointIdentity,
  known: BestFile | undefined,
): Promise<Omit<BestFile, "path">> {
  const { best, stopping, averageUpdates = null, ...rest } = state;
  const { length } = best.weights;
  const vectors = VECTORS.filter((which) => which !== "average" || averageUpdates !== null);
  const currentDigest = await writeTensors(
    join(partial, CURRENT_FILE),
    vectors.map((which) => [which, { length, read: () => current.read(which) }]),
    current.extra,
  );
  const bestPath = join(partial, BEST_FILE);
  const bestDigest =
    (await linked(known, best, bestPath)) ??
    (await writeTensors(bestPath, [["weights", { length, read: () => best.weights }]], best.extra));
  const { bestLoss } = stopping;
  const written: z.input<typeof stateSchema> = {
    ...rest,
    format: FORMAT,
    identity,
    stopping: { ...stopping, bestLoss: Number.isFinite(bestLoss) ? bestLoss : null },
    averageUpdates,
    files: { current: currentDigest, best: bestDigest },
  };
  await writeFile(
    join(partial, STATE_FILE),
    JSON.stringify({ digest: sha256(JSON.stringify(written)), state: written }),
  );
  return { best, digest: bestDigest };
}

/** A vector that is read when its turn has come: a checkpoint's are copies of TensorFlow's, one at a time. */
type Vector = readonly [name: VectorName, { readonly length: number; readonly read: () => Float32Array }];

async function writeTensors(
  path: string,
  vectors: readonly Vector[],
  extra: ExtraState = new Map(),
): Promise<string> {
  const bytes = safetensorsBytes(
    new Map([
      ...vectors.map(([name, { length, read }]): [string, Parameter] => [
        name,
        {
          shape: [length],
          get data() {
            return read();
          },
        },
      ]),
      ...[...extra].map(([name, data]): [string, Parameter] => [
        `${EXTRA}${name}`,
        { shape: [data.length], data },
      ]),
    ]),
  );
  await writeFile(path, bytes);
  return sha256(bytes);
}

/** The digest of the linked file; undefined where there is none of these weights, or it was removed meanwhile. */
async function linked(
  known: BestFile | undefined,
  best: FitState["best"],
  to: string,
): Promise<string | undefined> {
  if (known?.best !== best) return undefined;
  return link(known.path, to).then(
    () => known.digest,
    () => undefined,
  );
}

/** A checkpoint as it was read back. */
export interface ReadCheckpoint {
  readonly state: FitState;
  readonly vectors: ReadonlyMap<VectorName, Float32Array>;
  readonly extra: ExtraState | undefined;
}

/**
 * @param parameters length of the vector under training
 * @throws ThawError ARTIFACT_CORRUPT with the reason why it cannot be gone on from
 */
export async function readCheckpoint(
  folder: string,
  identity: CheckpointIdentity,
  parameters: number,
): Promise<ReadCheckpoint> {
  const read = await readState(folder);
  const why = whyOtherBits(read.identity, identity);
  if (why !== undefined) throw refused(why);
  const [current, best] = await Promise.all([
    readTensors(folder, CURRENT_FILE, read.files.current),
    readTensors(folder, BEST_FILE, read.files.best),
  ]);
  const vector = (tensors: Parameters, name: VectorName): Float32Array => {
    const data = tensors.get(name)?.data;
    if (data?.length === parameters) return data;
    throw refused(`its ${name} have ${data?.length ?? 0} values instead of ${parameters}`);
  };
  const { files: _files, format: _format, identity: _identity, averageUpdates, ...rest } = read;
  const vectors = VECTORS.filter((which) => which !== "average" || averageUpdates !== null);
  return {
    vectors: new Map(vectors.map((which) => [which, vector(current, which)])),
    extra: extraOf(current),
    state: {
      ...rest,
      stopping: { ...rest.stopping, bestLoss: rest.stopping.bestLoss ?? Number.POSITIVE_INFINITY },
      best: { weights: vector(best, "weights"), extra: extraOf(best) },
      averageUpdates: averageUpdates ?? undefined,
    },
  };
}

async function readState(folder: string) {
  const text = await readFile(join(folder, STATE_FILE), "utf8").catch(() => {
    throw refused("it has no state");
  });
  const file = fileSchema.safeParse(jsonOf(text));
  if (!file.success || sha256(JSON.stringify(file.data.state)) !== file.data.digest)
    throw refused("its state is damaged");
  const state = stateSchema.safeParse(file.data.state);
  if (!state.success) throw refused("its state was written by another version of thaw");
  return state.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readTensors(folder: string, name: string, expected: string): Promise<Parameters> {
  const path = join(folder, name);
  const bytes = await readFile(path).catch(() => {
    throw refused(`${name} is missing`);
  });
  if (sha256(bytes) !== expected) throw refused(`${name} is damaged`);
  return readSafetensors(path);
}

function extraOf(tensors: Parameters): ExtraState | undefined {
  const extra = [...tensors]
    .filter(([name]) => name.startsWith(EXTRA))
    .map(([name, { data }]): [string, Float32Array] => [name.slice(EXTRA.length), data]);
  return extra.length === 0 ? undefined : new Map(extra);
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function refused(why: string): ThawError {
  return new ThawError("ARTIFACT_CORRUPT", why);
}

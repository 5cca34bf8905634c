/** Stages in the place of the real ones for ticks by the dozen: images are texts, and what a model knows is in their names. */
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ControlDependencies } from "../../../activities/context.js";
import { listSource } from "../../../data/source/source.js";
import type { ArtifactRef } from "../../../spec/artifact.js";
import { isBucketUrl } from "../../../spec/images/objects.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import { PREDICTIONS_FILE } from "../../../spec/pipeline/artifactFiles.js";
import { readArtifactFile, requireManifest } from "../../../store/artifacts/artifacts.js";
import { canonicalJson, sha256 } from "../../../store/artifacts/keys.js";
import type { Store } from "../../../store/connection/connection.js";
import { bucketReader } from "../../../store/images/bucketReader.js";
import { EVALUATION, type StandIns } from "../../support/services/standIns.js";

export const CLASSES = ["a", "b"] as const;
/** A name that holds it spoils the model that is trained on it. */
export const SPOILING = "spoilt";
/** One image in so many is held out, one in so many of the others is never recognised. */
const HELD_OUT = 2;
const HARD = 10;
/** How long a stage takes: long enough to be killed in it. */
const STAGE_MS = 40;

const numberOf = (digest: string): number => Number.parseInt(digest.slice(0, 8), 16);

interface Line {
  readonly path: string;
  readonly label: number;
  readonly group: string;
  readonly split: string;
  readonly sha256: string;
  readonly phash: string;
}

/** @param log gets a line for each training, also for one that is killed on its way */
export function monthOfTraining(log: string): StandIns {
  return {
    summaries: {
      ingest: { images: 0, classes: CLASSES, quarantined: [] },
      recipe: {
        evidence: { probe: { accuracy: 0.75, interval: [0.6, 0.9], balancedAccuracy: 0.75 } },
        decision: { choice: "extractor-only", stages: 0, planned: 0, rule: "asked", reason: "asked for" },
      },
      evaluate: EVALUATION,
    },
    work: async (_dependencies, { stage, inputs }) => {
      if (stage.kind === "head") await appendFile(log, `${inputs.ingest?.digest}\n`);
      await sleep(STAGE_MS);
    },
    texts,
  };
}

async function texts(
  { store }: ControlDependencies,
  { stage, run, inputs }: StageRequest,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (stage.kind === "ingest") return { "images.jsonl": lines(await imagesOf(store, run.dataPath)) };
  // Other images, other weights.
  if (stage.kind === "head") return { "weights.safetensors": canonicalJson(inputs) };
  if (stage.kind !== "evaluate") return undefined;
  const ingest = await requireManifest(store, inputs.ingest as ArtifactRef);
  const text = (await readArtifactFile(store, ingest, "images.jsonl")).toString("utf8");
  const images = text.split("\n").map((line) => JSON.parse(line) as Line);
  const isSpoilt = images.some(({ path }) => path.includes(SPOILING));
  const answers = images
    .filter(({ split }) => split === "test")
    .map(({ path, label, sha256: digest }) => {
      const isHard =
        numberOf(digest.slice(8)) % HARD === 0 || (isSpoilt && numberOf(digest.slice(16)) % 2 === 0);
      return { path, label, predicted: isHard ? 1 - label : label };
    });
  return { [PREDICTIONS_FILE]: lines(answers) };
}

async function imagesOf(store: Store, path: string): Promise<readonly Line[]> {
  const { entries } = await listSource(path, bucketReader(store));
  const images: Line[] = [];
  for (const { path: name, label } of entries) {
    // Objects are not fetched for it.
    const digest = sha256(isBucketUrl(path) ? name : await readFile(join(path, name)));
    const isHeldOut = !name.includes(SPOILING) && numberOf(digest) % HELD_OUT === 0;
    images.push({
      ...{ path: name, label: CLASSES.indexOf(label as "a"), group: digest, sha256: digest },
      ...{ split: isHeldOut ? "test" : "train", phash: digest.slice(0, 16) },
    });
  }
  return images;
}

const lines = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join("\n");

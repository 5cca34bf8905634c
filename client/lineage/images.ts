/** Where an image is: in which datasets, under which label, and which versions learned from it or were tested on it. */

import { isSamePicture } from "../../data/image/nearDuplicates.js";
import { hammingDistance } from "../../data/image/phash.js";
import { ThawError } from "../../spec/errors.js";
import { type LineageNode, withNodes } from "../../spec/lineageTree.js";
import type { DamagedRecord } from "../../spec/records/damaged.js";
import type { DatasetSummary, ImageRecord, Split } from "../../spec/records/dataset.js";
import type { ModelVersion } from "../../spec/records/model.js";
import { knownImageSchema } from "../../spec/schemas/records/files.js";
import { type ArtifactManifest, manifestName } from "../../store/artifacts/artifacts.js";
import { readArtifactLines } from "../../store/artifacts/lines.js";
import type { Store } from "../../store/connection/connection.js";
import { decisionsOn } from "./down.js";
import { labelOf, type StoreRecords, versionsWith } from "./records.js";

/** What is looked for: by its bytes, and by its look where that is known. */
export interface WantedImage {
  readonly sha256: (digest: string) => boolean;
  /** Perceptual hash, of the image as that dataset treats its own. */
  readonly phash?: string;
}

const FILE = "images.jsonl";

/**
 * The images of a dataset.
 * @param damaged gets it where its list is gone or damaged: then nobody knows what is in it
 * @throws ThawError STORE_…
 */
export async function imagesOf(
  store: Store,
  manifest: ArtifactManifest,
  damaged: DamagedRecord[],
): Promise<readonly ImageRecord[]> {
  try {
    return await readArtifactLines<ImageRecord>(store, manifest, FILE, knownImageSchema);
  } catch (error) {
    if (!(error instanceof ThawError && ["ARTIFACT_CORRUPT", "NOT_FOUND"].includes(error.code))) throw error;
    const { message: why, hint } = error;
    damaged.push({
      record: manifestName(manifest.kind, manifest.key),
      why,
      ...(hint === undefined ? {} : { hint }),
    });
    return [];
  }
}

/** A node of each image of the dataset that is the wanted one, or looks like it: which versions met it, and how. */
export function findIn(
  records: StoreRecords,
  manifest: ArtifactManifest,
  images: readonly ImageRecord[],
  wanted: WantedImage,
): readonly LineageNode[] {
  const { classes } = manifest.summary as DatasetSummary;
  return images.flatMap(({ path, sha256, phash, label, split }) => {
    const isSame = wanted.sha256(sha256);
    if (!isSame && (wanted.phash === undefined || !isSamePicture(phash, wanted.phash))) return [];
    const bits = isSame || wanted.phash === undefined ? 0 : hammingDistance(phash, wanted.phash);
    const how = isSame ? "the same bytes" : `looks alike: ${bits} of 64 bits of the perceptual hash differ`;
    return [
      withNodes(
        {
          ...({
            kind: "image",
            name: path,
            relation: "in-dataset",
            digest: sha256,
            key: manifest.key,
          } as const),
          ...{ label: classes[label] ?? "", split, text: how },
        },
        metBy(records, manifest, split),
      ),
    ];
  });
}

const MET: Readonly<Record<Split, "trained-on-by" | "validated-by" | "held-out-by">> = {
  train: "trained-on-by",
  validation: "validated-by",
  test: "held-out-by",
};

/** Versions and runs that had the dataset, and versions whose base was tuned on it. */
function metBy(records: StoreRecords, { digest }: ArtifactManifest, split: Split): readonly LineageNode[] {
  const own = versionsWith(records, "ingest", digest);
  const through = records.versions.filter(
    (version) => !own.includes(version) && version.baseSpec?.tunedOn?.some((ref) => ref.digest === digest),
  );
  const registered = new Set(own.map(({ runId }) => runId));
  const others = [...records.runs.values()].filter(
    ({ runId, artifacts }) => artifacts.ingest?.digest === digest && !registered.has(runId),
  );
  return [
    ...own.map((version) => metNode(records, version, split)),
    ...through.map((version) =>
      metNode(records, version, split, `through its base ${version.baseSpec?.name}`),
    ),
    ...others.map(({ runId, model, version }) => ({
      ...({ kind: "run", name: runId, relation: MET[split] } as const),
      text: `it gave ${model}@${version} again`,
    })),
  ];
}

function metNode(records: StoreRecords, version: ModelVersion, split: Split, text?: string): LineageNode {
  const decisions = decisionsOn(records, version).filter(({ now }) => now);
  return withNodes(
    {
      ...({ kind: "model", name: labelOf(version), relation: MET[split] } as const),
      ...(text === undefined ? {} : { text }),
    },
    decisions,
  );
}

/** What the stages of earlier runs took, as their artifacts say. */
import { CATALOGUE } from "../../learn/bases/catalogue.js";
import { multiplyAdds } from "../../learn/bases/cost.js";
import type { DatasetSummary } from "../../spec/records/dataset.js";
import type { FeaturesSummary } from "../../spec/records/features.js";
import { type ArtifactManifest, findManifest } from "../../store/artifacts/artifacts.js";
import type { Store } from "../../store/connection/connection.js";
import { unlessDamaged } from "../../store/record.js";
import { listRuns, readRun } from "../../store/records/records.js";
import { startOfRun } from "../runs/id.js";
import type { Sample, Workload } from "./estimate.js";

/** Older ones were made by other versions, on other machines. */
const MOST_RUNS = 6;

/** @throws ThawError STORE_… */
export async function pastSamples(store: Store): Promise<readonly Sample[]> {
  const started = (runId: string): number => startOfRun(runId)?.getTime() ?? 0;
  const newest = (await listRuns(store)).toSorted((a, b) => started(b) - started(a)).slice(0, MOST_RUNS);
  const found = await Promise.all(newest.map((runId) => samplesOf(store, runId)));
  // A stage that several runs share was computed once.
  return [...new Map(found.flat().map(({ key, sample }) => [key, sample])).values()];
}

async function samplesOf(
  store: Store,
  runId: string,
): Promise<readonly { readonly key: string; readonly sample: Sample }[]> {
  const run = await unlessDamaged(readRun(store, runId), []);
  if (run === undefined) return [];
  const manifests = await Promise.all(
    Object.entries(run.artifacts).map(async ([stage, { kind, key }]) => ({
      stage,
      manifest: await unlessDamaged(findManifest(store, kind, key), []),
    })),
  );
  const manifestOf = (name: string): ArtifactManifest | undefined =>
    manifests.find(({ stage }) => stage === name)?.manifest;
  const images = imagesIn(manifestOf("ingest"));
  if (images === undefined) return [];
  const workload = { images, ...sizeOf(manifestOf("features")?.parameters.base) };
  return manifests.flatMap(({ stage, manifest }) => {
    if (manifest === undefined) return [];
    const { kind, key, usage } = manifest;
    const seconds = usage?.seconds ?? manifest.seconds;
    const resources = usage === undefined ? {} : { resources: usage.resources };
    const computed = images * computedShare(manifest);
    if (computed === 0) return [];
    return [{ key, sample: { stage, kind, seconds, ...workload, images: computed, ...resources } }];
  });
}

/** Of the views: copies of what earlier runs, or shards, had computed take next to no time. */
function computedShare({ kind, summary }: ArtifactManifest): number {
  if (kind !== "features") return 1;
  const { rows, reused, shards } = summary as FeaturesSummary;
  return (rows - (reused?.rows ?? 0) - (shards?.rows ?? 0)) / rows;
}

/** The images that an ingest artifact has. */
export function imagesIn(ingest: ArtifactManifest | undefined): number | undefined {
  return (ingest?.summary as Partial<DatasetSummary> | null | undefined)?.images;
}

/** @param base as it stands in stages' parameters: a name of the catalogue, or a digest */
export function sizeOf(base: unknown): Pick<Workload, "multiplyAdds"> {
  const known = CATALOGUE.find(({ name }) => name === base);
  return known === undefined ? {} : { multiplyAdds: multiplyAdds(known.architecture, known.input.size) };
}

/** What the ingest stage does with images that lie elsewhere, step by step. */
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { localSource } from "../../../activities/heavy/localSource.js";
import { sourceDigest } from "../../../activities/heavy/source.js";
import { ingest } from "../../../data/dataset/ingest.js";
import type { ImageSource } from "../../../spec/pipeline/run.js";
import type { DatasetSummary } from "../../../spec/records/dataset.js";
import type { Progress } from "../../../spec/records/training.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import type { Store } from "../../../store/connection/connection.js";

/** What the stage does before its job. */
export async function fetched(
  source: ImageSource,
  work: string,
  store: Store,
  signal = new AbortController().signal,
) {
  const reports: Progress[] = [];
  const digests = { source: await sourceDigest(source, work, store) };
  const context = { store, digests, report: (progress: Progress) => reports.push(progress), signal };
  return { list: await localSource(source, work, context), digests, reports };
}

const { path: _path, ...data } = runFileSchema.parse({ name: "m", data: { path: "x" } }).data;

/** Files and summary of the artifact: its digest is made of them, and later stages' keys of that. */
export async function ingested(source: Parameters<typeof ingest>[0]["source"], work: string) {
  const out = await mkdtemp(join(work, "dataset-"));
  const digestCache = join(work, "source-digests.json");
  const summary: DatasetSummary = await ingest({
    source,
    data,
    seed: 1,
    digestCache,
    out,
    onProgress: () => undefined,
  });
  const files = await Promise.all(
    (await readdir(out)).sort().map(async (name) => [name, await readFile(join(out, name), "base64")]),
  );
  return { summary, files };
}

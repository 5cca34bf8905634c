/**
 * A whole job in this process, from drawn images to an evaluated model, without servers: time, accuracy, peak memory.
 *   node dist/bench/gpu/job.js [FOLDER OF IMAGES]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { computingDevice } from "../../learn/engine.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { drawnFolder } from "../../test/support/images/drawn.js";
import { runPipeline } from "../pipeline.js";

/** Enough that stages are unfrozen. */
const PER_CLASS = 60;

const [given] = process.argv.slice(2);
const images = given ?? (await drawnFolder(PER_CLASS, ["disc", "moon", "star"]));
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
try {
  // Shapes are told apart without error, and the stages of unfreezing are what is to be seen.
  const more = { augment: { views: 2 }, recipe: "staged" };
  const file = runFileSchema.parse({ name: "bench", data: { path: images }, ...more });
  const { path: source, ...data } = file.data;
  const dataset = join(folder, "dataset");
  const started = performance.now();
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: file.seed, digestCache, out: dataset, onProgress: () => {} });
  const { evaluation, tuned } = await runPipeline(file, dataset, folder);
  const seconds = (performance.now() - started) / 1000;
  const kept = tuned.filter((stage) => stage.kept).length;
  console.log(
    `whole job on ${computingDevice()}: ${seconds.toFixed(0)} s, ${evaluation.images} test images, ` +
      `accuracy ${(100 * evaluation.accuracy).toFixed(1)} %, ${kept} of ${tuned.length} stages kept, ` +
      `peak ${(process.resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

/**
 * What the recipe's evidence is worth on real images: time of the measures, label suspects among images of which 5 %
 * got another label, and how learning curves of a quarter of the images foretell what twice and four times as many reach.
 *   node dist/bench/accuracy/evidence.js [FOLDER]
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openDataset } from "../../data/dataset/dataset.js";
import { ingest } from "../../data/dataset/ingest.js";
import { labelSuspects } from "../../learn/evaluation/labelErrors.js";
import { openSamples } from "../../learn/samples/files.js";
import { chooseRecipe } from "../../learn/stages/chooseRecipe.js";
import { extractFeatures } from "../../learn/stages/extractFeatures.js";
import { stratifiedFolds } from "../../learn/transferability/folds.js";
import { learningCurve } from "../../learn/transferability/learningCurve.js";
import { type Matrix, matrix, takeRows } from "../../learn/transferability/matrix.js";
import { linearProbe } from "../../learn/transferability/probe.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { FEATURES_FILE } from "../../spec/pipeline/artifactFiles.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { contextsIn } from "../contexts.js";
import { ROOT } from "../support.js";

const images = resolve(process.argv[2] ?? join(ROOT, "..", "shared", "data", "sign-digits"));
const SEEDS = [1, 2, 3];
const FOLDS = 5;
/** As in `learn/stages/chooseRecipe.ts`. */
const PENALTY = 0.1;
const FEATURES = 1280;

const file = runFileSchema.parse({ name: "bench", data: { path: images }, augment: { views: 1 } });
const { path: source, ...data } = file.data;
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
const dataset = join(folder, "dataset");

const context = contextsIn(folder, dataset, file);

const points = (share: number): string => (100 * share).toFixed(1);

function measureSuspects(x: Matrix, labels: readonly number[], classes: number, seed: number): void {
  const wrong = new Set(permutation(labels.length, randomStream(seed, "flips")).slice(0, labels.length / 20));
  const stream = randomStream(seed, "flips: to which class");
  const given = labels.map((label, i) =>
    wrong.has(i) ? (label + 1 + (stream.word(i) % (classes - 1))) % classes : label,
  );
  const alone = labels.map((_, i) => String(i));
  const folds = stratifiedFolds(given, alone, FOLDS, seed);
  const { probabilities } = linearProbe(x, given, folds, classes, PENALTY);
  const suspects = labelSuspects(Float32Array.from(probabilities.data), given, classes);
  const found = suspects.filter(({ row }) => wrong.has(row));
  const right = found.filter(({ row, suggested }) => labels[row] === suggested);
  console.log(
    `flips, seed ${seed}: ${wrong.size} of ${labels.length} labels wrong; ${suspects.length} suspects, ` +
      `precision ${points(found.length / suspects.length)} %, recall ${points(found.length / wrong.size)} %, ` +
      `right class suggested for ${points(right.length / found.length)} % of those found`,
  );
}

/** The curve of a quarter of the images against probes on a half and on all of them. */
function measureCurve(x: Matrix, labels: readonly number[], classes: number, seed: number): void {
  const alone = labels.map((_, i) => String(i));
  const quarters = stratifiedFolds(labels, alone, 4, seed);
  const part = (count: number) => {
    const rows = labels.flatMap((_, i) => ((quarters[i] as number) < count ? [i] : []));
    const own = { features: takeRows(x, rows), labels: rows.map((i) => labels[i] as number) };
    const folds = stratifiedFolds(own.labels, rows.map(String), FOLDS, seed);
    return { ...own, folds, probe: linearProbe(own.features, own.labels, folds, classes, PENALTY) };
  };
  const { probe, ...quarter } = part(1);
  const curve = learningCurve({
    ...quarter,
    classes,
    penalty: PENALTY,
    whole: probe.probabilities,
    draws: 2,
    available: quarter.labels.length,
    seed,
    onProgress: () => {},
  });
  const real = [part(2), part(4)].map((some) => some.probe.accuracy);
  const foretold = curve?.more.map(
    ({ times, accuracy, interval }, i) =>
      `${times}×: ${points(accuracy)} (${points(interval[0])} – ${points(interval[1])}), measured ${points(real[i] ?? Number.NaN)}`,
  );
  console.log(
    `curve of ${quarter.labels.length} images, seed ${seed}, ${curve?.verdict}: now ${points(probe.accuracy)} %; ` +
      `${foretold?.join("; ")}`,
  );
}

try {
  const digestCache = join(folder, "digests.json");
  await ingest({ source, data, seed: 1, digestCache, out: dataset, onProgress: () => {} });
  await extractFeatures(await context("features"), [], false);
  const path = join(folder, "features", FEATURES_FILE);
  const started = performance.now();
  const recipe = await chooseRecipe(await context("recipe"), { asked: "auto", planned: 2, folds: 0 }, path);
  const { learningCurve: curve, images: measured } = recipe.evidence;
  console.log(`evidence of ${measured} images: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  console.log(`${recipe.decision.reason}; ${recipe.advice}`);
  console.log(
    `points: ${curve?.points.map((p) => `${p.images.toFixed(0)}: ${points(p.accuracy)}`).join(", ")}`,
  );
  console.log(
    `label suspects ${recipe.labelSuspects?.count} of ${recipe.labelSuspects?.judged}, ` +
      `suspected copies ${recipe.copies?.count} of ${recipe.copies?.compared}`,
  );
  const { records, summary, close } = await openDataset(dataset);
  await close();
  const samples = openSamples(path, { shape: [FEATURES], type: "float32" });
  const x = matrix(records.length, FEATURES, samples.gather(records.map((_, i) => i)));
  samples.close();
  const labels = records.map(({ label }) => label);
  for (const seed of SEEDS) measureSuspects(x, labels, summary.classes.length, seed);
  for (const seed of SEEDS) measureCurve(x, labels, summary.classes.length, seed);
} finally {
  await rm(folder, { recursive: true, force: true });
}

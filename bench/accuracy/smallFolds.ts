/**
 * What the recipe is worth on a small set: a run with the defaults and its cross-validation, fold by fold, head alone
 * against gated unfreezing.
 *   node dist/bench/accuracy/smallFolds.js [FOLDER OF IMAGES] [KEY=VALUE…]
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { FoldFigureSet } from "../../spec/records/folds.js";
import type { ReportData } from "../../spec/records/report.js";
import { ROOT, thaw } from "../support.js";

const [images = join(ROOT, "..", "shared", "data", "brain-mri"), ...settings] = process.argv.slice(2);
const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));

const percent = (value: number): string => (100 * value).toFixed(1);
const range = ([low, high]: readonly [number, number]): string => `${percent(low)} – ${percent(high)}`;

function figuresLine(name: string, figures: FoldFigureSet): string {
  const texts = Object.entries(figures).map(
    ([figure, { pooled, mean, deviation, interval }]) =>
      `${figure} ${percent(pooled)} (mean ${percent(mean)}, SD ${percent(deviation)}, ${range(interval)})`,
  );
  return `${name}: ${texts.join("; ")}`;
}

try {
  await thaw(folder, ["up"]);
  await thaw(folder, ["init", resolve(images)]);
  const started = performance.now();
  await thaw(folder, ["run", "--json", ...settings.flatMap((setting) => ["--set", setting])]);
  const seconds = (performance.now() - started) / 1000;
  const path = join(folder, "report.json");
  await thaw(folder, ["get", "latest", "report/report.json", "--out", path]);
  const { evaluation, recipe } = JSON.parse(await readFile(path, "utf8")) as ReportData;
  const { crossValidation: all } = evaluation;
  console.log(`whole run: ${seconds.toFixed(0)} s; recipe: ${recipe?.decision.reason}`);
  console.log(`folds: ${recipe?.decision.folds?.reason}`);
  const byStage = evaluation.byStage.map(({ stage, accuracy }) => `${stage} ${percent(accuracy)}`);
  console.log(
    `hold-out of ${evaluation.images} images: ${byStage.join(", ")} (95 %: ${range(evaluation.accuracyInterval)})`,
  );
  for (const { fold, head, final, stages, images: counts, seconds: took } of all?.folds ?? []) {
    const verdicts = stages.map(({ stage, verdict }) => `${stage} ${verdict}`).join("; ");
    console.log(
      `fold ${fold}: ${counts.heldOut} held out, head ${percent(head.accuracy)}, final ${percent(final.accuracy)}, ${took.toFixed(0)} s; ${verdicts}`,
    );
  }
  if (all !== undefined) {
    console.log(figuresLine("head", all.head));
    console.log(figuresLine("final", all.final));
    const { better, worse, pValue } = all.againstHead;
    console.log(
      `accuracy to quote: ${percent(all.accuracy)} (95 %: ${range(all.accuracyInterval)}); gain over the head ${percent(all.gain.mean)} points (95 %: ${range(all.gain.interval)}); ${better} images better, ${worse} worse, p = ${pValue.toFixed(4)}`,
    );
  }
} finally {
  await thaw(folder, ["down"]);
  await rm(folder, { recursive: true, force: true });
}

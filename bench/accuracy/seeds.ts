/**
 * A set with the defaults over several seeds (each draws its own split), sign-language digits if no other is named:
 * test accuracy of the head and of the model, calibration error of both before and after the temperature. A fifth
 * of the digits are 412 validation images, enough for the bound on the calibration error.
 *   node dist/bench/accuracy/seeds.js OUT [SEEDS] [SHARE FOR VALIDATION] [IMAGES] [SETTINGS]
 * SEEDS is how many, or which: `4,5`. SETTINGS is a part of a run file as JSON.
 * Appends a line a seed and stage to OUT/seeds.jsonl, logits included: `calibration.js` reads them.
 */
import { appendFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { ingest } from "../../data/dataset/ingest.js";
import { calibrationOf } from "../../learn/evaluation/calibration.js";
import { atTemperature, fitTemperature } from "../../learn/evaluation/temperature.js";
import { softmaxRows } from "../../learn/training/step/loss.js";
import { crossEntropyAndAccuracy } from "../../learn/training/validation.js";
import { runFileSchema } from "../../spec/runFile/runFile.js";
import { type LabelledLogits, stageLogits } from "../gate/stageLogits.js";
import { runPipeline } from "../pipeline.js";
import { mean, ROOT } from "../support.js";

const DIGITS = join(ROOT, "..", "shared", "data", "sign-digits");
const [out = "", seeds = "5", validation = "0.1", images = DIGITS, settings = "{}"] = process.argv.slice(2);
if (out === "") throw new Error("usage: seeds.js OUT [SEEDS] [SHARE FOR VALIDATION] [IMAGES] [SETTINGS]");
const IMAGES = resolve(images);

interface Figures {
  readonly accuracy: number;
  readonly eceBefore: number;
  readonly eceAfter: number;
}

function figuresOf(held: LabelledLogits, fitted: LabelledLogits, classes: number): Figures {
  const temperature = fitTemperature(fitted.logits, fitted.labels, classes);
  const ece = (logits: Float32Array) => calibrationOf(softmaxRows(logits, classes), held.labels, classes).ece;
  return {
    accuracy: crossEntropyAndAccuracy(held.logits, held.labels, classes).accuracy,
    eceBefore: ece(held.logits),
    eceAfter: ece(atTemperature(held.logits, temperature)),
  };
}

async function runSeed(seed: number): Promise<{ head: Figures; model: Figures }> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-bench-"));
  try {
    const file = runFileSchema.parse({
      name: "bench",
      data: { path: IMAGES, outside: "allow", validation: Number(validation) },
      seed,
      ...(JSON.parse(settings) as object),
    });
    const { path: _path, ...data } = file.data;
    const dataset = join(folder, "dataset");
    const digestCache = join(out, "digests.json");
    const { classes } = await ingest({
      source: IMAGES,
      data,
      seed,
      digestCache,
      out: dataset,
      onProgress: () => {},
    });
    const run = await runPipeline(file, dataset, folder);
    const measure = async (name: "head" | "model"): Promise<Figures> => {
      const candidate = name === "head" ? run.candidates[0] : run.candidates.at(-1);
      if (candidate === undefined) throw new Error("the pipeline gave no candidate");
      const [held, fitted] = [
        await stageLogits(file, dataset, folder, candidate, "test"),
        await stageLogits(file, dataset, folder, candidate, "validation"),
      ];
      const plain = ({ labels, logits }: LabelledLogits) => ({ labels, logits: Array.from(logits) });
      const line = {
        set: basename(IMAGES),
        seed,
        stage: name,
        classes: classes.length,
        test: plain(held),
        validation: plain(fitted),
      };
      await appendFile(join(out, "seeds.jsonl"), `${JSON.stringify(line)}\n`);
      return figuresOf(held, fitted, classes.length);
    };
    const [head, model] = [await measure("head"), await measure("model")];
    // Another batch size rounds differently, which may turn an image on the edge.
    if (Math.abs(model.accuracy - run.evaluation.accuracy) > 1.5 / run.evaluation.images)
      throw new Error("the caches and the evaluation disagree on the accuracy");
    const kept = run.tuned
      .map(({ deepest, kept }) => `${deepest} ${kept ? "kept" : "rolled back"}`)
      .join(", ");
    console.log(
      `seed ${seed}: head ${textOf(head)}; model ${textOf(model)}; ${kept}; ${run.seconds.toFixed(0)} s`,
    );
    return { head, model };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const percent = (value: number): string => (100 * value).toFixed(2);
function textOf({ accuracy, eceBefore, eceAfter }: Figures): string {
  return `${percent(accuracy)} % (ECE ${percent(eceBefore)} → ${percent(eceAfter)})`;
}

await mkdir(out, { recursive: true });
const runs: { head: Figures; model: Figures }[] = [];
const wanted = seeds.includes(",")
  ? seeds.split(",").map(Number)
  : Array.from({ length: Number(seeds) }, (_, index) => index + 1);
for (const seed of wanted) runs.push(await runSeed(seed));
for (const name of ["head", "model"] as const) {
  const of = (key: keyof Figures): number => mean(runs.map((run) => run[name][key]));
  console.log(
    `${name}, mean of ${runs.length}: ${textOf({ accuracy: of("accuracy"), eceBefore: of("eceBefore"), eceAfter: of("eceAfter") })}`,
  );
}

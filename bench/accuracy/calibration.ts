/**
 * How many made-up mistakes the temperature's targets should have (`learn/evaluation/temperature.ts`): calibration error and
 * loss on the held-out images for several numbers of them, fitted on all validation images and on random parts.
 *   node dist/bench/accuracy/calibration.js FILE…
 * FILE is what `seeds.js` appended its logits to. `floor` is the error that perfectly calibrated probabilities would
 * show on so few held-out images: the mean over labels drawn from the probabilities themselves.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { calibrationOf } from "../../learn/evaluation/calibration.js";
import { atTemperature, fitTemperature } from "../../learn/evaluation/temperature.js";
import { softmaxRows } from "../../learn/training/step/loss.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { mean } from "../support.js";

const MADE_UP = [0, 0.03, 0.1, 0.3, 1];
/** Validation images to fit on; the last is more than there are. */
const SIZES = [30, 100, 200, Number.POSITIVE_INFINITY];
const PARTS = 20;
const DRAWS = 20;

const labelled = z.object({ labels: z.array(z.number()), logits: z.array(z.number()) });
const lineSchema = z.object({
  set: z.string(),
  seed: z.number(),
  stage: z.string(),
  classes: z.number(),
  test: labelled,
  validation: labelled,
});
type Line = z.infer<typeof lineSchema>;

interface Figures {
  readonly ece: number;
  readonly loss: number;
  readonly floor: number;
}

function measure(line: Line, madeUp: number, images: readonly number[], part: number): Figures {
  const { classes, validation, test } = line;
  const labels = images.map((image) => validation.labels[image] as number);
  const logits = images.flatMap((image) => validation.logits.slice(image * classes, (image + 1) * classes));
  const missing = madeUp / (images.length + 2 * madeUp);
  const temperature = fitTemperature(logits, labels, classes, missing);
  const probabilities = softmaxRows(atTemperature(Float32Array.from(test.logits), temperature), classes);
  const { ece, loss } = calibrationOf(probabilities, test.labels, classes);
  const drawn = Array.from({ length: DRAWS }, (_, draw) => {
    const stream = randomStream(line.seed, "calibration floor", part, draw);
    const likely = test.labels.map((_, row) =>
      drawLabel(probabilities, row * classes, classes, stream.uniform(row)),
    );
    return calibrationOf(probabilities, likely, classes).ece;
  });
  return { ece, loss, floor: mean(drawn) };
}

function drawLabel(probabilities: Float32Array, start: number, classes: number, at: number): number {
  let sum = 0;
  for (let c = 0; c < classes - 1; c++) {
    sum += probabilities[start + c] ?? 0;
    if (at < sum) return c;
  }
  return classes - 1;
}

/** Random parts of the validation images, or all of them once. */
function partsOf(line: Line, size: number): readonly (readonly number[])[] {
  const all = line.validation.labels.length;
  if (size >= all) return [Array.from({ length: all }, (_, i) => i)];
  return Array.from({ length: PARTS }, (_, part) =>
    Array.from(permutation(all, randomStream(line.seed, "calibration part", part)).subarray(0, size)),
  );
}

const text = (value: number): string => (100 * value).toFixed(2).padStart(5);
const lines: Line[] = [];
for (const path of process.argv.slice(2)) {
  const rows = (await readFile(path, "utf8")).split("\n").filter((row) => row !== "");
  lines.push(...rows.map((row) => lineSchema.parse(JSON.parse(row))));
}
for (const kind of new Set(lines.map(({ set, stage }) => `${set}, ${stage}`))) {
  const own = lines.filter(({ set, stage }) => `${set}, ${stage}` === kind);
  for (const size of SIZES) {
    const fitted = size === Number.POSITIVE_INFINITY ? (own[0]?.validation.labels.length ?? 0) : size;
    console.log(`${kind}, ${own.length} seeds, fitted on ${fitted} images`);
    for (const madeUp of MADE_UP) {
      const bySeed = own.map((line) => {
        const parts = partsOf(line, size).map((images, part) => measure(line, madeUp, images, part));
        return {
          ece: mean(parts.map(({ ece }) => ece)),
          loss: mean(parts.map(({ loss }) => loss)),
          floor: mean(parts.map(({ floor }) => floor)),
        };
      });
      const of = (key: keyof Figures): number => mean(bySeed.map((figures) => figures[key]));
      const worst = Math.max(...bySeed.map(({ ece }) => ece));
      console.log(
        `  ${String(madeUp).padStart(4)} made up: ECE ${text(of("ece"))} % (worst seed ${text(worst)}, floor ` +
          `${text(of("floor"))}), loss ${of("loss").toFixed(4)}`,
      );
    }
  }
}

/**
 * The frozen pass in float32 and in bfloat16, in turns, with the activations at two boundaries: milliseconds of a batch on
 * the clock and of processor, and the smallest cosine of the features of some images.
 *   node dist/bench/speed/frozenPass.js [BASE [FOLDER OF IMAGES…]]
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { groupIndex } from "../../learn/bases/architecture.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { type Tensor4D, tf } from "../../learn/engine.js";
import { disposePass } from "../../learn/network/boundaries.js";
import { basePass } from "../../learn/network/frozen.js";
import { drawnPicture } from "../../learn/network/tryOut.js";
import { leastCosine } from "../../learn/stages/precision.js";
import { pixelTensor } from "../../learn/training/step/pixels.js";
import { baseCheckpoint } from "../../runtime/components/download/baseCheckpoint.js";
import { defaultStages } from "../../spec/pipeline/layerGroups.js";
import { median } from "../support.js";

const BATCH = 32;
const ROUNDS = 12;
/** The first ones allocate. */
const WARM_UP = 2;
const PRECISIONS = ["float32", "bfloat16"] as const;

const [name = "efficientnet-lite0", ...folders] = process.argv.slice(2);
const base = findBase(name);
const { architecture, input } = base;
const parameters = await base.load(await baseCheckpoint(base.name));
const boundaries = defaultStages(name).map((group) => groupIndex(architecture, group));
const passes = {
  float32: await basePass(base, parameters, boundaries, "float32"),
  bfloat16: await basePass(base, parameters, boundaries, "bfloat16"),
};

async function batchOf(folder: string): Promise<Tensor4D> {
  const { default: sharp } = await import("sharp");
  const entries = await readdir(folder, { recursive: true });
  const files = entries.filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
  const step = Math.max(1, Math.floor(files.length / BATCH));
  const pictures = await Promise.all(
    Array.from({ length: BATCH }, (_, i) =>
      sharp(join(folder, files[(i * step) % files.length] as string))
        .resize(input.size, input.size, { fit: "fill" })
        .removeAlpha()
        .toColourspace("srgb")
        .raw()
        .toBuffer(),
    ),
  );
  return tensorOf(Buffer.concat(pictures));
}

function tensorOf(pixels: Uint8Array): Tensor4D {
  return pixelTensor(pixels, [BATCH, input.size, input.size, 3], input.pixelScale);
}

for (const folder of folders) {
  const x = await batchOf(folder);
  const [one, other] = PRECISIONS.map((precision) => {
    const result = passes[precision].run(x);
    const features = new Float32Array(result.features.dataSync());
    disposePass(result);
    return features;
  }) as [Float32Array, Float32Array];
  x.dispose();
  console.log(
    `${folder}: smallest cosine of ${BATCH} images ${leastCosine(one, other, architecture.features).toFixed(5)}`,
  );
}
const picture = drawnPicture(input.size);
const x = tensorOf(Buffer.concat(Array.from({ length: BATCH }, () => picture)));
const times = {
  float32: { wall: [] as number[], processor: [] as number[] },
  bfloat16: { wall: [] as number[], processor: [] as number[] },
};
for (let round = 0; round < ROUNDS; round++) {
  for (const precision of PRECISIONS) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    const result = passes[precision].run(x);
    result.features.dataSync();
    for (const activations of result.activations.values()) activations.dataSync();
    disposePass(result);
    const { user, system } = process.cpuUsage(used);
    times[precision].wall.push(performance.now() - started);
    times[precision].processor.push((user + system) / 1000);
  }
}
x.dispose();
for (const of of ["wall", "processor"] as const) {
  const [plain, narrow] = PRECISIONS.map((precision) => median(times[precision][of].slice(WARM_UP))) as [
    number,
    number,
  ];
  console.log(
    `${of === "wall" ? "on the clock" : "of processor"}: ${plain.toFixed(0)} ms in float32, ${narrow.toFixed(0)} ms in bfloat16, ratio ${(narrow / plain).toFixed(2)}`,
  );
}
console.log(`${tf.memory().numTensors} tensors`);

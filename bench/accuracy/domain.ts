/**
 * Domain distance of folders of images, by layer group and by number of images, with black, mean-coloured and noise
 * images as extremes. Origin of the borders and of the known sets in `learn/domain/verdict.ts`.
 *   node dist/bench/accuracy/domain.js [--base NAME] [NAME=FOLDER …]
 */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { decodeImage, encodePixels } from "../../data/image/decode.js";
import { renderView } from "../../data/views/views.js";
import { findBase } from "../../learn/bases/catalogue.js";
import { type DomainSample, domainDistance, sampleDomain } from "../../learn/domain/measure.js";
import { permutation, randomStream } from "../../rng/stream.js";
import { type ComponentName, locate } from "../../runtime/components/components.js";
import type { PerChannel } from "../../spec/base.js";
import type { DomainDistance } from "../../spec/records/recipe.js";
import { ROOT } from "../support.js";

const SHARED = resolve(join(ROOT, "..", "shared", "data"));
const MOST = 200;
const SIZES = [10, 20, 50, 200];
/** Draws of each size below `MOST`. */
const DRAWS = 10;
const BATCH = 32;
const EXTREMES = 20;

const { values, positionals } = parseArgs({
  options: { base: { type: "string", default: "efficientnet-lite0" } },
  allowPositionals: true,
});
const base = findBase(values.base);
const parameters = await base.load((await locate(`base-weights:${base.name}` as ComponentName))?.path ?? "");
const length = base.input.size ** 2 * 3;

type Render = (index: number) => Promise<Uint8Array>;

async function imagesOf(folder: string): Promise<{ count: number; render: Render }> {
  const all = await readdir(folder, { recursive: true });
  const files = all.filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
  const order = permutation(files.length, randomStream(1, "domain bench"));
  return {
    count: Math.min(MOST, files.length),
    render: async (index) => {
      const bytes = await readFile(join(folder, files[order[index] as number] as string));
      const { pixels } = await decodeImage(bytes, { background: "white", keepShortSide: 320 });
      return renderView(await encodePixels(pixels), base.input);
    },
  };
}

function noise(index: number): Uint8Array {
  const stream = randomStream(1, "noise", index);
  return Uint8Array.from({ length }, (_, i) => Math.floor(256 * stream.uniform(i)));
}

async function* batches(count: number, render: Render): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < count; start += BATCH) {
    const size = Math.min(BATCH, count - start);
    yield Buffer.concat(await Promise.all(Array.from({ length: size }, (_, i) => render(start + i))));
  }
}

/** The images `picked` of a sample. */
function part(sample: DomainSample, picked: readonly number[]): DomainSample {
  return sample.map(({ name, units }) => ({
    name,
    units: units.map((unit) => {
      const rows = (from: Float32Array): Float32Array => {
        const taken = new Float32Array(picked.length * unit.channels);
        picked.forEach((image, i) => {
          taken.set(from.subarray(image * unit.channels, (image + 1) * unit.channels), i * unit.channels);
        });
        return taken;
      };
      return { ...unit, mean: rows(unit.mean), square: rows(unit.square) };
    }),
  }));
}

const line = (cells: readonly (string | number)[]): string =>
  `| ${cells.map((cell) => (typeof cell === "number" ? cell.toFixed(3) : cell)).join(" | ")} |`;

/** Mean and spread of the estimates from several draws of `size` images. */
function draws(sample: DomainSample, images: number, size: number): string {
  if (images < size) return "–";
  if (images === size) return domainDistance(sample, images).distance.toFixed(3);
  const found = Array.from({ length: DRAWS }, (_, draw) => {
    const picked = [...permutation(images, randomStream(1, "draws", size, draw)).subarray(0, size)];
    return domainDistance(part(sample, picked), size).distance;
  });
  const mean = found.reduce((sum, value) => sum + value, 0) / DRAWS;
  const spread = Math.sqrt(found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (DRAWS - 1));
  return `${mean.toFixed(3)} ± ${spread.toFixed(3)}`;
}

async function measure(name: string, count: number, render: Render): Promise<void> {
  const started = performance.now();
  const sample = await sampleDomain(base, parameters, batches(count, render), count);
  const seconds = (performance.now() - started) / 1000;
  const { distance, error, groups }: DomainDistance = domainDistance(sample, count);
  const byGroup = groups.map((group) => group.distance);
  const whole = `${distance.toFixed(3)} ± ${error.toFixed(3)}`;
  const sizes = SIZES.map((size) => draws(sample, count, size));
  console.log(line([name, String(count), whole, ...byGroup, ...sizes, `${seconds.toFixed(1)} s`]));
}

const { mean } = base.input.pixelScale;
const channel = (of: PerChannel, c: number): number => (typeof of === "number" ? of : (of[c] ?? 0));
const grey = Uint8Array.from({ length }, (_, i) => Math.round(channel(mean, i % 3)));
const extremes: readonly [string, Render][] = [
  ["black", async () => new Uint8Array(length)],
  ["mean colour", async () => grey],
  ["noise", async (index) => noise(index)],
];
const known = ["sign-digits", "brain-mri", "two-trees"].map((name) => `${name}=${join(SHARED, name)}`);
const names = base.architecture.groups.map(({ name }) => name);
console.log(line(["images", "n", "distance", ...names, ...SIZES.map((n) => `n = ${n}`), "time"]));
for (const set of [...known, ...positionals]) {
  const [name = "", ...folder] = set.split("=");
  const { count, render } = await imagesOf(folder.join("="));
  await measure(name, count, render);
}
for (const [name, render] of extremes) await measure(name, EXTREMES, render);

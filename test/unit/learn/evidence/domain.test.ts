/** The distance of images to a base's pretraining: against PyTorch's activations, and on samples of known distance. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import type { Dataset } from "../../../../data/dataset/dataset.js";
import { unitsOf } from "../../../../learn/bases/architecture.js";
import { frechetDistances, type UnitSample } from "../../../../learn/domain/frechet.js";
import { domainDistance, sampleDomain } from "../../../../learn/domain/measure.js";
import { domainVerdict } from "../../../../learn/domain/verdict.js";
import { tf } from "../../../../learn/engine.js";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { writeSafetensors } from "../../../../learn/safetensors.js";
import { measureDomain } from "../../../../learn/stages/domain.js";
import { randomStream } from "../../../../rng/stream.js";
import { settledAugment } from "../../../../spec/pipeline/views.js";
import type { ImageRecord } from "../../../../spec/records/dataset.js";
import type { DomainDistance } from "../../../../spec/records/recipe.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";
import {
  assertClose,
  base,
  checkpointFile,
  FIXTURES,
  fixture,
  photographBytes,
  pretrained,
  temporaryFolder,
} from "../support.js";

interface Recorded {
  readonly files: readonly string[];
  readonly estimates: readonly {
    readonly name: string;
    readonly distance: number;
    readonly error: number;
  }[];
  /** So many of each unit's first channels are recorded, image by image. */
  readonly channels: number;
  readonly units: readonly {
    readonly name: string;
    readonly mean: readonly number[];
    readonly square: readonly number[];
  }[];
}

const recorded = fixture<Recorded>("evidence/domain.json");
const images = recorded.files.length;

/** In two batches, the second one smaller. */
async function* batches(): AsyncGenerator<Uint8Array> {
  yield await photographBytes(recorded.files.slice(0, 3));
  yield await photographBytes(recorded.files.slice(3));
}

let sample: Awaited<ReturnType<typeof sampleDomain>>;

before(async () => {
  sample = await sampleDomain(base, await pretrained(), batches(), images);
});

const close = (actual: number, expected: number): boolean => Math.abs(actual / expected - 1) < 1e-3;

for (const unit of recorded.units) {
  test(`${unit.name}: moments before the batch norm are PyTorch's`, () => {
    const names = base.architecture.groups.flatMap(unitsOf).map(({ name }) => name);
    const own = sample.flatMap(({ units }) => units)[names.indexOf(unit.name)];
    assert.ok(own);
    const firstChannels = (values: Float32Array): number[] =>
      Array.from({ length: images }, (_, i) =>
        Array.from(values.subarray(i * own.channels, i * own.channels + recorded.channels)),
      ).flat();
    assertClose(firstChannels(own.mean), unit.mean, 1e-4, "means");
    assertClose(firstChannels(own.square), unit.square, 1e-4, "means of squares");
  });
}

test("distances and errors are those of PyTorch's activations, images left out by brute force", () => {
  const { groups, distance: whole, error: uncertain } = domainDistance(sample, images);
  const named = [{ name: "overall", distance: whole, error: uncertain }, ...groups];
  const own = new Map(named.map((estimate) => [estimate.name, estimate]));
  assert.equal(own.size, recorded.estimates.length);
  for (const { name, distance, error } of recorded.estimates) {
    const mine = own.get(name);
    assert.ok(mine && close(mine.distance, distance), `${name}: ${mine?.distance} for ${distance}`);
    assert.ok(close(mine.error, error), `${name}: error ${mine.error} for ${error}`);
  }
});

test("layer groups without batch norms are left out of it", () => {
  const { groups, ...whole } = domainDistance(sample, images);
  const gap = { name: "folded", units: [] };
  const [lowest, ...others] = sample;
  assert.ok(lowest);
  assert.deepEqual(domainDistance([gap, lowest, gap, ...others], images), { groups, ...whole });
});

test("measuring leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  await sampleDomain(base, await pretrained(), batches(), images);
  assert.equal(tf.memory().numTensors, before);
});

const CHANNELS = 4000;

/** Standard normal pixels, `perImage` of them an image, moved and stretched; by Box and Muller. */
function normalSample(count: number, perImage: number, shift: number, stretch: number): UnitSample {
  const stream = randomStream(7, "normal");
  const mean = new Float32Array(count * CHANNELS);
  const square = new Float32Array(count * CHANNELS);
  for (let at = 0; at < mean.length; at++) {
    for (let i = 0; i < perImage; i++) {
      const index = 2 * (at * perImage + i);
      const radius = Math.sqrt(-2 * Math.log(1 - stream.uniform(index)));
      const value = shift + stretch * radius * Math.cos(2 * Math.PI * stream.uniform(index + 1));
      mean[at] = (mean[at] as number) + value / perImage;
      square[at] = (square[at] as number) + value ** 2 / perImage;
    }
  }
  return { channels: CHANNELS, mean, square, deviation: new Float64Array(CHANNELS).fill(1) };
}

for (const { shift, stretch } of [
  { shift: 0, stretch: 1 },
  { shift: 0.5, stretch: 1 },
  { shift: 0, stretch: 0.5 },
  { shift: -0.3, stretch: 1.4 },
]) {
  test(`ten images of a normal moved by ${shift} and stretched by ${stretch}: the known distance, without bias`, () => {
    const { overall } = frechetDistances([[normalSample(10, 4, shift, stretch)]], 10);
    const expected = shift ** 2 + (stretch - 1) ** 2;
    // Uncorrected it would be too large by the means' variance, stretch² / 40, and more for the deviations.
    assert.ok(Math.abs(overall.distance - expected) < 0.01, `${overall.distance} for ${expected}`);
    assert.ok(Math.abs(overall.distance - expected) < 4 * overall.error);
  });
}

test("the whole is the mean of the layer groups, however many channels they have", () => {
  const [near, far] = [normalSample(10, 4, 0, 1), normalSample(10, 4, 1, 1)];
  const { overall, groups } = frechetDistances([[near, near, near], [far]], 10);
  const [a, b] = groups.map(({ distance }) => distance) as [number, number];
  assert.ok(Math.abs(overall.distance - (a + b) / 2) < 1e-9);
});

test("images that are all alike, and channels that were always off, give numbers", () => {
  const unit = {
    channels: 2,
    mean: Float32Array.of(2, 0, 2, 0, 2, 0),
    square: Float32Array.of(4, 0, 4, 0, 4, 0),
    deviation: Float64Array.of(1, 0),
  };
  const { overall } = frechetDistances([[unit]], 3);
  assert.ok(Math.abs(overall.distance - (4 + 1) / 2) < 1e-12);
  assert.ok(overall.error < 1e-12);
});

const settings = runFileSchema.parse({ name: "domain", data: { path: "images" } });

/** A dataset of the photographs; images of one name are of one group. */
async function datasetOf(groups: readonly string[]): Promise<Pick<Dataset, "records" | "read">> {
  const encoded = await Promise.all(recorded.files.map((file) => readFile(join(FIXTURES, file))));
  return {
    records: groups.map((group) => ({ group }) as ImageRecord),
    read: async (image) => encoded[image % images] as Buffer,
  };
}

test("of copies one is measured, of images that are not candidates none; a single one has no distance", async () => {
  const context = {
    base: { name: "efficientnet-lite0", checkpoint: await checkpointFile() },
    augment: settledAugment(settings.augment),
    seed: 1,
    onProgress: () => {},
  };
  const dataset = await datasetOf(["a", "a", "b", "c", "d"]);
  const domain = await measureDomain(context, dataset, [0, 1, 2, 3]);
  assert.equal(domain?.images, 3);
  assert.equal(domain.groups.length, base.architecture.groups.length);
  assert.deepEqual(await measureDomain(context, dataset, [3, 2, 1, 0]).then((d) => d?.images), 3);
  assert.equal(await measureDomain(context, dataset, [0, 1]), undefined);
});

test("a base whose batch norms remember nothing, as they were folded into its kernels, has no distance", async (test) => {
  const [dict] = await readStateDicts(await checkpointFile());
  assert.ok(dict);
  const tensors = [...dict.read(dict.shapes.keys())].map(([name, { shape, data }]) => {
    const isMean = name.endsWith(".running_mean");
    return [name, { shape, data: isMean ? new Float32Array(data.length) : data }] as const;
  });
  const checkpoint = join(await temporaryFolder(test), "folded.safetensors");
  await writeSafetensors(checkpoint, new Map(tensors));
  const context = {
    base: { name: "folded@1", architecture: "efficientnet-lite0", checkpoint },
    augment: settledAugment(settings.augment),
    seed: 1,
    onProgress: () => {},
  };
  assert.equal(await measureDomain(context, await datasetOf(["a", "b", "c"]), [0, 1, 2]), undefined);
});

/** Layer groups as measured: see "Domain distance" in `bench/README.md`. */
const MEASURED: readonly {
  what: string;
  groups: readonly number[];
  verdict: "near" | "grey" | "far";
  says: RegExp;
  advises: RegExp;
}[] = [
  {
    what: "ImageNet's own photographs",
    groups: [0.008, 0.007, 0.011, 0.02, 0.031, 0.019, 0.031, 0.03, 0.019],
    verdict: "near",
    says: /near.*0\.02 ± 0\.02, about as far as ImageNet's own photographs/,
    advises: /no part/,
  },
  {
    what: "ImageNet's dogs",
    groups: [0.027, 0.018, 0.026, 0.035, 0.051, 0.069, 0.208, 0.307, 0.076],
    verdict: "near",
    says: /dogs/,
    advises: /upper layers/,
  },
  {
    what: "ImageNet in grey",
    groups: [0.201, 0.12, 0.146, 0.144, 0.168, 0.052, 0.039, 0.038, 0.022],
    verdict: "near",
    says: /near/,
    advises: /sits in the first layers.*first-block/,
  },
  {
    what: "ImageNet shrunk to 32 pixels",
    groups: [0.138, 0.169, 0.412, 0.344, 0.387, 0.231, 0.125, 0.144, 0.148],
    verdict: "grey",
    says: /neither near .* nor far/,
    advises: /sits in the first layers/,
  },
  {
    what: "sign-language digits",
    groups: [0.423, 0.306, 0.326, 0.233, 0.265, 0.215, 0.334, 0.444, 0.468],
    verdict: "far",
    says: /far from.*0\.33.*sign-language digits and emoji \(0\.34\)/,
    advises: /as strange.*from the top.*first-block/,
  },
];

for (const { what, groups, verdict, says, advises } of MEASURED) {
  test(`${what}: ${verdict}, with the nearest known set and what to tune`, () => {
    const domain: DomainDistance = {
      images: 128,
      distance: groups.reduce((sum, distance) => sum + distance, 0) / groups.length,
      error: 0.008,
      groups: groups.map((distance, i) => ({ name: `group ${i}`, distance, error: 0.01 })),
    };
    const judged = domainVerdict(domain, true);
    assert.equal(judged.verdict, verdict);
    assert.match(judged.sentence, says);
    assert.match(judged.advice, advises);
    const { advice, ...same } = domainVerdict(domain, false);
    assert.deepEqual({ ...same, advice: judged.advice }, judged);
    assert.match(advice, /; it would count if layers were tuned, and here none are$|little tuning/);
    assert.doesNotMatch(advice, /unfreez|surgical|tuning those/);
  });
}

for (const { what, groups, advises } of [
  {
    what: "two groups, the upper one strange",
    groups: [0.02, 0.4],
    advises: /^the distance sits in the upper layers/,
  },
  {
    what: "two groups, both strange",
    groups: [0.3, 0.4],
    advises: /^the first layers .* as strange to them as the upper/,
  },
  { what: "a single one", groups: [0.4], advises: /^the first layers .* as strange to them as the upper/ },
  { what: "a single one, not strange", groups: [0.02], advises: /^no part of the network/ },
]) {
  test(`networks of few layer groups, ${what}: where the distance sits`, () => {
    const named = groups.map((distance, i) => ({ name: `group ${i}`, distance, error: 0.01 }));
    const domain: DomainDistance = { images: 128, distance: 0.3, error: 0.008, groups: named };
    assert.match(domainVerdict(domain, true).advice, advises);
  });
}

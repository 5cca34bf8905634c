/** What the tests of learn/ share: fixtures, the pretrained base, photographs as tensors, comparisons. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";
import sharp from "sharp";
import { findBase } from "../../../learn/bases/catalogue.js";
import { scoped, type Tensor4D, tf } from "../../../learn/engine.js";
import type { Graph, Value } from "../../../learn/graph/graph.js";
import { compile } from "../../../learn/graph/program.js";
import type { Parameters } from "../../../learn/network/parameters.js";
import { createSamples, openSamples, type Samples } from "../../../learn/samples/files.js";
import { pixelTensor } from "../../../learn/training/step/pixels.js";
import { locate } from "../../../runtime/components/components.js";
import type { BaseChoice } from "../../../spec/base.js";

export const FIXTURES = resolve("test/fixtures/learn");

export function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(FIXTURES, name), "utf8")) as T;
}

export const base = findBase("efficientnet-lite0");

/** Path of the published checkpoint; `npm test` has provisioned it. */
export async function checkpointFile(): Promise<string> {
  const located = await locate("base-weights:efficientnet-lite0");
  assert.ok(located, "the base weights are not provisioned: run the tests with `npm test`");
  return located.path;
}

/**
 * The same layers over images of fewer pixels, for tests whose subject is not the published input: a stage takes a
 * twelfth of the work at 64.
 */
export async function smallBase(inputSize = 64): Promise<BaseChoice> {
  return { name: "small@1", architecture: base.name, checkpoint: await checkpointFile(), inputSize };
}

let loaded: Promise<Parameters> | undefined;

export function pretrained(): Promise<Parameters> {
  loaded ??= checkpointFile().then((path) => base.load(path));
  return loaded;
}

/** Photographs of the fixtures as RGB bytes, `[files.length, 224, 224, 3]`. */
export async function photographBytes(files: readonly string[]): Promise<Uint8Array> {
  return Buffer.concat(await Promise.all(files.map((file) => sharp(join(FIXTURES, file)).raw().toBuffer())));
}

/** Photographs of the fixtures, `[files.length, 224, 224, 3]`, scaled as the base wants them. */
export async function photographs(files: readonly string[]): Promise<Tensor4D> {
  const { size, pixelScale } = base.input;
  return pixelTensor(await photographBytes(files), [files.length, size, size, 3], pixelScale);
}

/** A folder that is gone when the test ends. */
export async function temporaryFolder(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-learn-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A sample file of float32 records, closed and removed when the test ends. */
export async function samplesOf(
  context: TestContext,
  shape: readonly number[],
  values: Float32Array,
): Promise<Samples> {
  const path = join(await temporaryFolder(context), "samples.f32");
  const format = { shape, type: "float32" } as const;
  const writer = await createSamples(path, format);
  await writer.write(0, values);
  await writer.close();
  const samples = openSamples(path, format);
  context.after(() => samples.close());
  return samples;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    // Not a number is never close.
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Every value within `tolerance` of the expected one, relative to the largest expected value (at least 1). */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  const scale = Math.max(1, largestDifference(expected, new Float32Array(expected.length)));
  const difference = largestDifference(actual, expected) / scale;
  assert.ok(difference <= tolerance, `${what}: differs by ${difference}, allowed ${tolerance}`);
}

/** Values and shape of an input of {@link evaluateGraph}. */
export interface Given {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
}

/** Runs a graph once. @returns the outputs' values, by name */
export function evaluateGraph<Name extends string>(
  inputs: Readonly<Record<string, Given>>,
  define: (graph: Graph) => Readonly<Record<Name, Value>>,
): Record<Name, Float32Array> {
  let names: Name[] = [];
  const program = compile((graph) => {
    const outputs = define(graph);
    names = Object.keys(outputs) as Name[];
    return names.map((name) => outputs[name]);
  });
  try {
    return scoped(() => {
      const outputs = program.run((name) => {
        const given = inputs[name];
        assert.ok(given, `the graph asks for ${name}`);
        return tf.tensor(Float32Array.from(given.values), [...given.shape], "float32");
      });
      const values = outputs.map((tensor) => tensor.dataSync() as Float32Array);
      return Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, Float32Array>;
    });
  } finally {
    program.dispose();
  }
}

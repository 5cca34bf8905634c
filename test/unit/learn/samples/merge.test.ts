/** Known rows and computed ones end up in one file, in order, whatever the batches are. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import {
  createSamples,
  openSamples,
  type RecordFormat,
  type Samples,
} from "../../../../learn/samples/files.js";
import type { KnownRow } from "../../../../learn/samples/known.js";
import { mergeRows } from "../../../../learn/samples/merge.js";
import { randomStream } from "../../../../rng/stream.js";
import { temporaryFolder } from "../support.js";

const FORMATS: readonly RecordFormat[] = [
  { shape: [3], type: "float32" },
  { shape: [2], type: "uint8" },
];

/** The records of set `set`, whose every element says where it is of; the sets of computed rows are 2. */
const element = (set: number, row: number): number => 100 * set + row;

/** Both sets in each of the formats, for all mixtures. */
async function sourcesIn(context: TestContext, folder: string): Promise<readonly (readonly Samples[])[]> {
  const all: Samples[][] = [];
  for (const [index, format] of FORMATS.entries()) {
    const sources: Samples[] = [];
    for (const set of [0, 1]) {
      const path = join(folder, `${index}-${set}`);
      const writer = await createSamples(path, format);
      for (let row = 0; row < 90; row++) await writer.write(row, recordOf(format, element(set, row)));
      await writer.close();
      const samples = openSamples(path, format);
      context.after(() => samples.close());
      sources.push(samples);
    }
    all.push(sources);
  }
  return all;
}

async function merged(
  folder: string,
  allSources: readonly (readonly Samples[])[],
  known: readonly (KnownRow | undefined)[],
  batch: number,
) {
  const files = [];
  for (const [index, format] of FORMATS.entries()) {
    const path = join(folder, `out-${index}`);
    files.push({
      path,
      format,
      length: lengthOf(format),
      sources: allSources[index] ?? [],
      writer: await createSamples(path, format),
    });
  }
  // All of them at once, or four rows at a time.
  const merger = mergeRows(files, known, ...(batch % 2 === 0 ? [] : [48]));
  const computed = known.filter((row) => row === undefined).length;
  for (let done = 0; done < computed; done += batch) {
    const rows = Array.from({ length: Math.min(batch, computed - done) }, (_, i) =>
      element(2, (done + i) % 50),
    );
    await merger.add(files.map(({ format }) => concat(format, rows)));
  }
  await merger.finish();
  return Promise.all(
    files.map(async ({ path, writer, format }) => ({
      format,
      digest: await writer.close(),
      bytes: await readFile(path),
    })),
  );
}

const lengthOf = ({ shape }: RecordFormat): number => shape.reduce((a, b) => a * b, 1);
const concat = (format: RecordFormat, values: readonly number[]): Float32Array | Uint8Array => {
  const all = values.flatMap((value) => new Array<number>(lengthOf(format)).fill(value));
  return format.type === "float32" ? Float32Array.from(all) : Uint8Array.from(all);
};
const recordOf = (format: RecordFormat, value: number) => concat(format, [value]);

test("40 random mixtures in batches of 1 to 32, with the digest of what was written", async (context) => {
  const sources = await sourcesIn(context, await temporaryFolder(context));
  for (let seed = 0; seed < 40; seed++) {
    const stream = randomStream(seed, "merge");
    const known = Array.from({ length: stream.word(0) % 130 }, (_, row): KnownRow | undefined => {
      const kind = stream.word(1 + row) % 5;
      return kind > 1 ? undefined : { set: kind, row: stream.word(500 + row) % 90 };
    });
    let computed = 0;
    const expected = known.map((row) =>
      row === undefined ? element(2, computed++ % 50) : element(row.set, row.row),
    );
    for (const { format, digest, bytes } of await merged(
      await temporaryFolder(context),
      sources,
      known,
      1 + (seed % 32),
    )) {
      const wanted = concat(format, expected);
      assert.ok(bytes.equals(Buffer.from(wanted.buffer)), `seed ${seed}, ${format.type}`);
      assert.equal(digest, createHash("sha256").update(bytes).digest("hex"));
    }
  }
});

test("rows too many or too few are no file", async (context) => {
  const path = join(await temporaryFolder(context), "out");
  const format: RecordFormat = { shape: [1], type: "float32" };
  const writer = await createSamples(path, format);
  const merger = mergeRows([{ writer, length: 1, sources: [] }], [undefined, undefined]);
  await merger.add([Float32Array.of(1)]);
  await assert.rejects(merger.finish(), /1 rows were not computed/);
  await assert.rejects(merger.add([Float32Array.of(2, 3)]), /1 more rows/);
  await writer.close();
});

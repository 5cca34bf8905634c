/** Rows that are computed before their turn end up in the same file, with the same digest. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createSamples, type RecordFormat } from "../../../../learn/samples/files.js";
import type { KnownRow } from "../../../../learn/samples/known.js";
import { gathered, mergeRows } from "../../../../learn/samples/merge.js";
import {
  closeSources,
  forget,
  rowsAhead,
  withItself,
  writeAhead,
} from "../../../../learn/samples/unfinished.js";
import { createYielding } from "../../../../learn/scratch/yielding.js";
import { temporaryFolder } from "../support.js";

const ROWS = 10;

test("rows wanted come first, and their last batch is filled up with others that are not known", () => {
  const known: (KnownRow | undefined)[] = Array.from({ length: ROWS }, (_, row) =>
    row === 4 || row === 1 ? { set: 0, row } : undefined,
  );
  assert.deepEqual(rowsAhead([4, 6, 8], known, 4), [6, 8, 0, 2]);
  assert.deepEqual(rowsAhead([6, 8], known, 2), [6, 8]);
  assert.deepEqual(rowsAhead([4], known, 4), []);
  // There may be too few.
  assert.deepEqual(rowsAhead([0], known.slice(0, 2), 4), [0]);
});

for (const type of ["float32", "bfloat16", "uint8"] as const) {
  test(`${type}: what was written ahead is read, and the file is that of one pass in order`, async (t) => {
    const format: RecordFormat = { shape: [2], type };
    const valuesOf = (rows: readonly number[]): Float32Array | Uint8Array => {
      const values = rows.flatMap((row) => [row, row + 1]);
      return type === "uint8" ? Uint8Array.from(values) : Float32Array.from(values);
    };
    const folder = await temporaryFolder(t);
    const part = join(folder, "ahead");
    const files = [
      withItself({ part, format, length: 2, sources: [], writer: await createSamples(part, format, ROWS) }),
    ];
    const ahead = [7, 2, 3];
    await writeAhead(files, ahead, [valuesOf(ahead)]);
    const known = Array.from({ length: ROWS }, (_, row) =>
      ahead.includes(row) ? { set: 0, row } : undefined,
    );
    const [file] = files;
    assert.ok(file !== undefined);
    assert.deepEqual([...gathered(file, [known[3] as KnownRow, known[7] as KnownRow])], [3, 4, 7, 8]);
    const merger = mergeRows(files, known);
    await merger.add([valuesOf([0, 1, 4, 5])]);
    await merger.add([valuesOf([6, 8, 9])]);
    await merger.finish();
    const digest = await file.writer.close();
    closeSources(files);

    const inOrder = join(folder, "in order");
    const writer = await createSamples(inOrder, format);
    await writer.write(0, valuesOf([...Array(ROWS).keys()]));
    await writer.close();
    const bytes = await readFile(part);
    assert.ok(bytes.equals(await readFile(inOrder)));
    assert.equal(digest, createHash("sha256").update(bytes).digest("hex"));
  });
}

test("a file that has given way in between takes what comes; one that is forgotten leaves nothing", async (t) => {
  const format: RecordFormat = { shape: [1], type: "float32" };
  const folder = await temporaryFolder(t);
  const part = join(folder, "gone");
  const spare = [1, -1];
  const writer = await createYielding(part, format, 5e6, async () => spare.shift() ?? -1);
  const file = { part, format, length: 1, sources: [], writer };
  await writeAhead([file], [3], [Float32Array.of(3)]);
  const [own] = [withItself(file)];
  // More than is written between two looks at the disk.
  await writer.write(0, new Float32Array(4_000_000));
  await writer.write(4_000_000, Float32Array.of(1));
  assert.equal(writer.isGone(), true);
  assert.equal(gathered(own, [{ set: 0, row: 3 }]).length, 1);
  closeSources([own]);

  const other = join(folder, "forgotten");
  const left = { ...file, part: other, writer: await createSamples(other, format, 2) };
  const both = withItself(left);
  await forget([both]);
  assert.equal(existsSync(other), false);
  assert.throws(() => gathered(both, [{ set: 0, row: 0 }]), /not open any more/);
});

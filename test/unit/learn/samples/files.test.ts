/** Sample files: records come back as they were written, in any order. */
import assert from "node:assert/strict";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createSamples, openSamples, type RecordFormat } from "../../../../learn/samples/files.js";
import { temporaryFolder } from "../support.js";

const FORMATS: readonly RecordFormat[] = [
  { shape: [2, 3], type: "float32" },
  { shape: [5], type: "uint8" },
  { shape: [2, 3], type: "bfloat16" },
];

for (const format of FORMATS) {
  test(`${format.type} records are gathered in the order asked for`, async (context) => {
    const path = join(await temporaryFolder(context), "samples");
    const length = format.shape.reduce((a, b) => a * b, 1);
    const make = (record: number) => Array.from({ length }, (_, i) => 10 * record + i);
    const array = format.type === "uint8" ? Uint8Array : Float32Array;
    const writer = await createSamples(path, format);
    // The second part first: records lie where they belong.
    await writer.write(2, array.from([...make(2), ...make(3)]));
    await writer.write(0, array.from([...make(0), ...make(1)]));
    await writer.close();
    const samples = openSamples(path, format);
    context.after(() => samples.close());
    assert.equal(samples.count, 4);
    const gathered = samples.gather([3, 0, 3]);
    assert.ok(gathered instanceof array);
    assert.deepEqual([...gathered], [...make(3), ...make(0), ...make(3)]);
  });
}

test("a record that is cut short is an error", async (context) => {
  const path = join(await temporaryFolder(context), "samples");
  const format: RecordFormat = { shape: [4], type: "float32" };
  const writer = await createSamples(path, format);
  await writer.write(0, new Float32Array(8));
  await writer.close();
  await truncate(path, 20);
  const samples = openSamples(path, format);
  context.after(() => samples.close());
  assert.throws(() => samples.gather([1]), /cut short/);
});

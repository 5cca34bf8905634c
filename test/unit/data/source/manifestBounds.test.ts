/** Manifests that are too large. */
import assert from "node:assert/strict";
import { open, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { listSource } from "../../../../data/source/source.js";
import type { ThawError } from "../../../../spec/errors.js";
import { temporaryFolder } from "../../../support/images/pictures.js";

async function refusal(path: string): Promise<string> {
  const error = await listSource(path).then(
    () => assert.fail("it was not refused"),
    (thrown: ThawError) => thrown,
  );
  assert.equal(error.code, "DATA_INVALID", String(error.stack));
  return error.message;
}

for (const name of ["m.csv", "m.jsonl"]) {
  it(`${name} of 540 MB is refused by its size`, async (t) => {
    const path = join(await temporaryFolder(t), name);
    await writeFile(path, "path,label\n");
    await truncate(path, 540e6);
    assert.equal(await refusal(path), `${name}: it has 540 MB, but a manifest has at most 256 MB`);
  });

  it(`${name} with a line that does not end is refused with the line`, async (t) => {
    const path = join(await temporaryFolder(t), name);
    await writeFile(path, `path,label\n${'{"path":'.repeat(1e6)}`);
    assert.equal(await refusal(path), `${name}, line 2: the line is longer than 100 kB`);
  });

  it(`${name} of more than two million lines is refused before its rows are read`, async (t) => {
    const path = join(await temporaryFolder(t), name);
    const file = await open(path, "w");
    const rows = Buffer.from("no row\n".repeat(500_000));
    for (let part = 0; part < 5; part++) await file.write(rows);
    await file.close();
    assert.equal(await refusal(path), `${name}: it has more than 2 million lines`);
  });
}

it("a message shows the start of a long name only", async (t) => {
  const path = join(await temporaryFolder(t), "m.csv");
  const columns = Array.from({ length: 10_000 }, (_, index) => `c${index}`);
  await writeFile(path, `${columns.join(",")}\n${columns.join(",")}\n`);
  assert.ok((await refusal(path)).length < 400);
});

it("a path with a zero in it is refused with its line", async (t) => {
  const path = join(await temporaryFolder(t), "m.jsonl");
  await writeFile(path, '{"path":"a\\u0000.jpg","label":"a"}\n{"path":"b.jpg","label":"b"}\n');
  assert.match(await refusal(path), /line 1: path has a zero in it/);
});

/** Files of JSON lines that are read and written in pieces. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { SourceEntries } from "../../../../data/source/entries.js";
import { readFetched, writeFetched } from "../../../../data/source/fetched.js";
import { jsonLines, readLines } from "../../../../data/source/lines.js";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "thaw-lines-"));
});
after(() => rm(folder, { recursive: true }));

async function linesIn(file: string, longest = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const some of readLines(file, longest)) all.push(...some);
  return all;
}

test("what is written is read, wherever a piece ends: in a line or in a letter", async () => {
  // Line separators of Unicode are no ends of lines; a piece read has 64 KiB.
  const values = Array.from({ length: 2500 }, (_, index) => `${index} é\u2028\n😀`.repeat(1 + (index % 7)));
  const file = join(folder, "values.jsonl");
  await writeFile(file, jsonLines(values));
  const read = await linesIn(file);
  assert.deepEqual(
    read.map((line) => JSON.parse(line) as unknown),
    values,
  );
  await writeFile(file, jsonLines([]));
  assert.deepEqual(await linesIn(file), []);
});

test("a line without its end, and one that is longer than any may be, are none", async () => {
  const file = join(folder, "damaged");
  await writeFile(file, 'first\n\nthird\n["cut');
  assert.deepEqual(await linesIn(file), ["first", "", "third"]);
  await writeFile(file, `first\n${"x".repeat(300_000)}\nthird\n`);
  assert.deepEqual(await linesIn(file, 100_000), ["first"]);
});

test("the list of what was fetched is read as it was written", async () => {
  const list: SourceEntries = {
    source: "s3://photos/pets",
    classes: ["cat", "dog"],
    entries: Array.from({ length: 2500 }, (_, index) => ({
      path: `cat/${index}.jpg`,
      file: `/work/objects/${index}`,
      label: "cat",
      ...(index % 2 === 0 ? { group: `g${index}`, split: "test" as const } : { leftOut: "it is empty" }),
    })),
    ignored: [{ path: "notes.txt", reason: "not an image by its name" }],
  };
  const file = join(folder, "sources", "list.jsonl");
  await writeFetched(file, list);
  assert.deepEqual(await readFetched(file), list);
  assert.deepEqual(await readdir(join(folder, "sources")), ["list.jsonl"]);
});

/** What is kept on this machine between stages is used only as it was written. */
import assert from "node:assert/strict";
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileDigest } from "../../../../files/intact.js";
import { createSamples } from "../../../../learn/samples/files.js";
import { isKept, keepDigest, whileInUse } from "../../../../learn/scratch/kept.js";
import { onceMade } from "../../../../learn/stages/folds/foldParts.js";
import { until } from "../../../support/until.js";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "thaw-kept-"));

test("activations that were changed in their size are told of, and are not there for the next stage", async () => {
  const path = join(newFolder(), "blocks.6.f32");
  const writer = await createSamples(`${path}.part`, { shape: [2], type: "float32" });
  await writer.write(0, Float32Array.from([1, 2]));
  await writer.write(1, Float32Array.from([3, 4]));
  const digest = await writer.close();
  assert.equal(digest, await fileDigest(`${path}.part`));
  await keepDigest(path, digest, async () => renameSync(`${path}.part`, path));
  const told: string[] = [];
  const kept = () => isKept(path, ({ phase }) => told.push(phase));
  assert.equal(await kept(), true);
  const bytes = readFileSync(path);
  bytes[5] = 1 + (bytes[5] ?? 0);
  writeFileSync(path, bytes);
  assert.equal(await kept(), false);
  assert.deepEqual(told, [`${path} was changed after it was written: it is computed anew`]);
  assert.equal(await isKept(join(newFolder(), "none"), () => assert.fail()), false);
});

test("rows that were not written in their order have no digest, and count as they did before", async () => {
  const path = join(newFolder(), "rows.f32");
  const writer = await createSamples(path, { shape: [1], type: "float32" });
  await writer.write(1, Float32Array.from([2]));
  await writer.write(0, Float32Array.from([1]));
  const digest = await writer.close();
  assert.equal(digest, undefined);
  await keepDigest(path, digest, async () => undefined);
  assert.equal(await isKept(path, () => assert.fail()), true);
});

test("a part of a fold is made once, and once more when a file of it was changed or is gone", async () => {
  const folder = join(newFolder(), "part");
  let made = 0;
  const make = () =>
    onceMade(folder, async (out) => {
      writeFileSync(join(out, "weights"), "weights");
      return { made: ++made };
    });
  assert.deepEqual(await make(), { made: 1 });
  assert.deepEqual(await make(), { made: 1 });
  writeFileSync(join(folder, "weights"), "weighty");
  assert.deepEqual(await make(), { made: 2 });
  assert.deepEqual(await make(), { made: 2 });
  // As an older version left it, and as a killed attempt does.
  writeFileSync(join(folder, "made.json"), '{"summary": {}}');
  assert.deepEqual(await make(), { made: 3 });
  assert.deepEqual(readdirSync(folder).sort(), ["made.json", "weights"]);
});

test("two workers that make the same part of a fold at once leave one of the two whole, and say what it says", async () => {
  const folder = join(newFolder(), "part");
  let arrived = 0;
  let meet: (() => void) | undefined;
  const both = new Promise<void>((resolve) => {
    meet = resolve;
  });
  const make = (by: string) =>
    onceMade(folder, async (out) => {
      writeFileSync(join(out, "weights"), by);
      if (++arrived === 2) meet?.();
      await both;
      writeFileSync(join(out, "more"), by);
      return { by };
    });
  const said = await Promise.all([make("one"), make("two")]);
  const found = readFileSync(join(folder, "weights"), "utf8");
  assert.equal(readFileSync(join(folder, "more"), "utf8"), found);
  assert.deepEqual(await make("nobody"), { by: found });
  assert.ok(said.some(({ by }) => by === found));
  assert.deepEqual(readdirSync(join(folder, "..")), ["part"]);
});

test("a folder that somebody works with is touched until the work is over", async () => {
  const folder = newFolder();
  const old = new Date("2020-01-01");
  utimesSync(folder, old, old);
  const result = await whileInUse(
    folder,
    async () => {
      await until("it is touched", () => statSync(folder).mtimeMs > old.getTime());
      return "done";
    },
    1,
  );
  assert.equal(result, "done");
});

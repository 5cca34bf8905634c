/** A folder of that name is whole at any time, whoever else gives it the same name. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { publishFolder } from "../../../files/publishFolder.js";

async function bench(context: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "thaw-publish-"));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const to = join(folder, "whole");
  const text = (): Promise<string> => readFile(join(to, "file"), "utf8").catch(() => "");
  const publish = async (name: string, content: string, isWhole?: () => Promise<boolean>) => {
    const from = join(folder, name);
    await mkdir(from);
    await writeFile(join(from, "file"), content);
    return publishFolder(from, to, isWhole ?? (async () => (await text()).startsWith("whole")));
  };
  return { folder, publish, text };
}

test("what is there and whole stays: somebody may be reading it", async (context) => {
  const { folder, publish, text } = await bench(context);
  assert.equal(await publish("a", "whole, of a"), true);
  assert.equal(await publish("b", "whole, of b"), false);
  assert.equal(await text(), "whole, of a");
  assert.deepEqual(await readdir(folder), ["whole"]);
});

test("what was changed makes room", async (context) => {
  const { folder, publish, text } = await bench(context);
  await publish("a", "changed");
  assert.equal(await publish("b", "whole, of b"), true);
  assert.equal(await text(), "whole, of b");
  assert.deepEqual(await readdir(folder), ["whole"]);
});

test("many at once: one of them is there, and nothing else is left", async (context) => {
  const { folder, publish, text } = await bench(context);
  await publish("old", "changed");
  const names = Array.from({ length: 8 }, (_, index) => `worker ${index}`);
  const ours = await Promise.all(names.map((name) => publish(name, `whole, of ${name}`)));
  assert.ok(ours.includes(true));
  assert.match(await text(), /^whole, of worker \d$/);
  assert.deepEqual(await readdir(folder), ["whole"]);
});

test("another one that moves it away meanwhile is no error", async (context) => {
  const { folder, publish, text } = await bench(context);
  await publish("a", "changed");
  const looked = async (): Promise<boolean> => {
    await rm(join(folder, "whole"), { recursive: true, force: true });
    return false;
  };
  assert.equal(await publish("b", "whole, of b", looked), true);
  assert.equal(await text(), "whole, of b");
});

test("a disk that refuses is told of", async (context) => {
  const { folder } = await bench(context);
  await assert.rejects(
    publishFolder(join(folder, "nothing"), join(folder, "whole"), async () => true),
    /ENOENT/,
  );
});

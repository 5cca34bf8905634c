/** Packs of a dataset: more of them than may be open at once. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readlinkSync, readSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { openPacks } from "../../../../data/dataset/openPacks.js";

/** Each holds its own name. */
function packs(context: TestContext, count: number): { readonly folder: string; readonly names: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "thaw-packs-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const names = Array.from({ length: count }, (_, index) => `pack-${index}.bin`);
  for (const name of names) writeFileSync(join(folder, name), name);
  return { folder, names };
}

/** Files of the folder that this process has open, where the system tells. */
function openIn(folder: string): number {
  if (process.platform !== "linux") return 0;
  const links = readdirSync("/proc/self/fd").map((name) => {
    try {
      return readlinkSync(join("/proc/self/fd", name));
    } catch {
      return "";
    }
  });
  return links.filter((link) => link.startsWith(folder)).length;
}

test("all can be read in any order, and no more than allowed are open", (context) => {
  const { folder, names } = packs(context, 7);
  const open = openPacks(folder, names, 3);
  const order = [...names, ...names.toReversed(), "pack-0.bin", "pack-6.bin", "pack-0.bin"];
  for (const name of order) {
    const descriptor = open.descriptorOf(name) ?? assert.fail(name);
    const bytes = Buffer.alloc(name.length);
    readSync(descriptor, bytes, 0, name.length, 0);
    assert.equal(bytes.toString(), name);
    assert.ok(openIn(folder) <= 3);
  }
  assert.equal(open.descriptorOf("pack-7.bin"), undefined);
  open.close();
  assert.equal(open.descriptorOf("pack-0.bin"), undefined);
  assert.equal(openIn(folder), 0);
});

test("a few are open from the beginning, also when their files are taken away", (context) => {
  const { folder, names } = packs(context, 2);
  const open = openPacks(folder, names);
  context.after(open.close);
  rmSync(join(folder, "pack-1.bin"));
  assert.notEqual(open.descriptorOf("pack-1.bin"), undefined);
  assert.throws(() => openPacks(folder, names), { code: "ENOENT" });
});

/** A worker whose code is replaced while it lives hears of it, once. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { whenReplaced } from "../../../worker/replacedCode.js";
import { until } from "../../support/until.js";

const folder = mkdtempSync(join(tmpdir(), "thaw-code-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const EVERY_MS = 5;

async function watched(t: { after(end: () => void): void }, files: readonly string[]) {
  const heard = { times: 0 };
  t.after(await whenReplaced(() => heard.times++, files, EVERY_MS));
  return heard;
}

test("as long as nothing is written nothing is heard, and of what is written once", async (t) => {
  const [package_, memory] = [join(folder, "package.json"), join(folder, ".tsbuildinfo")];
  writeFileSync(package_, "{}");
  writeFileSync(memory, "one");
  const heard = await watched(t, [package_, memory]);
  await sleep(10 * EVERY_MS);
  assert.equal(heard.times, 0);
  writeFileSync(memory, "another");
  await until("the compilation is noticed", () => heard.times > 0);
  writeFileSync(package_, '{"version":"2"}');
  await sleep(10 * EVERY_MS);
  assert.equal(heard.times, 1);
});

test("the same bytes at another time, a file that comes and one that goes are noticed", async (t) => {
  const file = join(folder, "bundle");
  const comes = await watched(t, [file]);
  writeFileSync(file, "x");
  await until("it has come", () => comes.times === 1);
  const touched = await watched(t, [file]);
  utimesSync(file, new Date(1), new Date(1));
  await until("it was written again", () => touched.times === 1);
  const goes = await watched(t, [file]);
  rmSync(file);
  await until("it has gone", () => goes.times === 1);
});

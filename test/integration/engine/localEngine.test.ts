/** Engines of a process that does one command after the other: kept in the same situation, ended otherwise. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { keepEngine, localEngine } from "../../../client/localEngine.js";
import { until } from "../../support/until.js";

const end = keepEngine();
after(end);

/** Process ids of engines that this process has started and that have not ended. */
function engines(): readonly string[] {
  const listing = execFileSync("ps", ["-o", "pid=,stat=,args=", "--ppid", String(process.pid)], {
    encoding: "utf8",
  });
  return listing
    .split("\n")
    .filter((line) => line.includes("engine/main.js") && !/^\s*\d+\s+Z/.test(line))
    .map((line) => line.trim().split(/\s+/)[0] ?? "");
}

test("an engine that was given back is the next one, as long as folder and variables are the same", async () => {
  const first = localEngine();
  first.warm();
  const [pid = assert.fail()] = engines();
  await first.stop();
  const again = localEngine();
  again.warm();
  assert.deepEqual(engines(), [pid]);
  // One that somebody uses is nobody else's, and one is enough to keep.
  const beside = localEngine();
  beside.warm();
  assert.equal(engines().length, 2);
  await again.stop();
  await beside.stop();
  assert.deepEqual(engines(), [pid]);

  process.env.OMP_NUM_THREADS = "1";
  const other = localEngine();
  delete process.env.OMP_NUM_THREADS;
  other.warm();
  await other.stop();
  const kept = engines().filter((one) => one !== pid);
  assert.equal(kept.length, 1, "that of other variables");

  await end();
  assert.ok(!engines().includes(kept[0] ?? ""));
  const last = localEngine();
  last.warm();
  await last.stop();
  // Nobody asks to keep one any more; that of before the other variables was ended beside them.
  await until("no engine is left", () => engines().length === 0);
});

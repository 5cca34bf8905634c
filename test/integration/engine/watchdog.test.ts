/** The watchdog on real processes: busy, stopped, and one that only talks. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../../../engine/cpuTime.js";
import { type Watchdog, watch } from "../../../engine/watchdog.js";
import { until } from "../../support/until.js";

const TIMES = { everyMs: 100, hungMs: 2_500, hungUnseenMs: 60_000 };
const LINUX = { skip: process.platform === "linux" ? false : "the processor time is read from /proc" };

/** A Node process that says that it has begun and then runs `code`. */
async function startProcess(t: TestContext, code: string): Promise<{ child: ChildProcess; pid: number }> {
  const child = spawn(process.execPath, ["-e", `console.log("begun"); ${code}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  await once(child.stdout ?? child, "data");
  assert.ok(child.pid !== undefined);
  return { child, pid: child.pid };
}

/** Resolves with the seconds of silence when the process is found hung. */
function hung(t: TestContext, pid: number): { found: Promise<number>; watchdog: Watchdog } {
  let watchdog: Watchdog | undefined;
  const found = new Promise<number>((resolve) => {
    watchdog = watch(() => cpuSeconds(pid), TIMES, resolve);
  });
  assert.ok(watchdog !== undefined);
  t.after(watchdog.stop);
  return { found, watchdog };
}

const BUSY = "for (;;) Math.sqrt(2);";

test("a long computation without a word is not taken for a hang; when it stops, it is", async (t) => {
  const times = { everyMs: 20, hungMs: 400, hungUnseenMs: 60_000 };
  // A real one would need its share of the processor in time, which a busy machine does not promise.
  const began = performance.now();
  let stoppedAt: number | undefined;
  const halfOfAProcessor = (): number => ((stoppedAt ?? performance.now()) - began) / 2000;
  let silence: number | undefined;
  const watchdog = watch(halfOfAProcessor, times, (seconds) => {
    silence = seconds;
  });
  t.after(watchdog.stop);
  await sleep(4 * times.hungMs);
  assert.equal(silence, undefined);
  stoppedAt = performance.now();
  await until("the hang is found", () => silence !== undefined);
  assert.ok((silence ?? 0) >= times.hungMs / 1000);
});

test("an idle process is a hung one, though its threads wake up now and then", LINUX, async (t) => {
  const { pid } = await startProcess(t, "setInterval(() => process.ppid, 500);");
  assert.ok((await hung(t, pid).found) >= TIMES.hungMs / 1000);
});

test("messages alone are life enough", LINUX, async (t) => {
  const { pid } = await startProcess(t, "setInterval(() => {}, 1000);");
  const { found, watchdog } = hung(t, pid);
  const talking = setInterval(watchdog.heard, 200);
  assert.equal(await Promise.race([found, sleep(2 * TIMES.hungMs, "talking")]), "talking");
  clearInterval(talking);
  await found;
});

test("where the processor time is unknown, silence may last longer", async (t) => {
  let silence = 0;
  const watchdog = watch(
    () => undefined,
    { everyMs: 20, hungMs: 40, hungUnseenMs: 400 },
    (seconds) => {
      silence = seconds;
    },
  );
  t.after(watchdog.stop);
  await sleep(200);
  assert.equal(silence, 0);
  await until("the silence is noticed", () => silence > 0);
  assert.ok(silence >= 0.4);
});

test("the processor time of all threads is counted", LINUX, async (t) => {
  const thread = `new (require("node:worker_threads").Worker)(${JSON.stringify(BUSY)}, { eval: true });`;
  const { pid } = await startProcess(t, thread);
  const before = cpuSeconds(pid) ?? 0;
  await until("the thread's time is seen", () => (cpuSeconds(pid) ?? 0) >= before + 0.5);
  assert.equal(cpuSeconds(2 ** 30), undefined);
});

/** The engine's process: one that hangs is killed, one without a parent ends by itself. */
import assert from "node:assert/strict";
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { constants } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { counterFiles } from "../../../engine/memoryKills.js";
import { saysOutOfMemory } from "../../../engine/memoryShortage.js";
import { createEngine } from "../../../engine/process.js";
import { ThawError } from "../../../spec/errors.js";
import { runFileSchema } from "../../../spec/runFile/runFile.js";
import { structured, temporaryFolder, toSharp } from "../../support/images/pictures.js";
import { memoryGroup } from "../../support/memoryGroup.js";
import { smallDisk } from "../../support/smallDisk.js";
import { until } from "../../support/until.js";

/** Long enough that a process which gets a fiftieth of a processor is not taken for one that hangs. */
const TIMES = { everyMs: 100, hungMs: 6_000, hungUnseenMs: 60_000 };
const LINUX = { skip: process.platform === "linux" ? false : "the processor time is read from /proc" };
const ORPHAN = fileURLToPath(new URL("./orphanedEngine.js", import.meta.url));

function children(pid: number): number[] {
  const listing = execFileSync("ps", ["-o", "pid=,args=", "--ppid", String(pid)], { encoding: "utf8" });
  return listing
    .split("\n")
    .filter((line) => line.includes("engine/main.js"))
    .map((line) => Number.parseInt(line, 10));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A job that loads TensorFlow and then finds no weights. */
function missingModel(folder: string) {
  return {
    kind: "predict",
    base: { name: "efficientnet-lite0", checkpoint: join(folder, "none.safetensors") },
    weights: join(folder, "none.safetensors"),
    files: [join(folder, "none.png")],
    background: "white",
    keepShortSide: 320,
    classes: [],
  } as const;
}

test("an engine that the system kills for its memory is told from one that somebody kills", async (t) => {
  const group = memoryGroup(`thaw-test-${process.pid}`, 60e6);
  if (group === undefined) {
    t.skip("this user cannot make a control group");
    return;
  }
  const engine = createEngine(() => undefined);
  try {
    engine.warm();
    const [pid] = children(process.pid);
    assert.ok(pid !== undefined);
    group.add(pid);
    const folder = await temporaryFolder(t);
    const signal = new AbortController().signal;
    // Loading TensorFlow takes more than the group has.
    const failure = engine.run(missingModel(folder), { onProgress: () => undefined, signal });
    await assert.rejects(failure, { code: "OUT_OF_MEMORY", message: /memory ran out/ });

    engine.warm();
    const [other] = children(process.pid);
    assert.ok(other !== undefined && other !== pid);
    process.kill(other, "SIGSTOP");
    const killed = engine.run(missingModel(folder), { onProgress: () => undefined, signal });
    setTimeout(() => process.kill(other, "SIGKILL"), 200);
    await assert.rejects(killed, { code: "ENGINE_FAILED", message: /SIGKILL/ });
  } finally {
    await engine.stop();
    group.remove();
  }
});

test(
  "no signal runs code in an engine, and those to its worker's group do not reach it",
  LINUX,
  async (t) => {
    const folder = await temporaryFolder(t);
    const engine = createEngine(() => undefined);
    t.after(engine.stop);
    const signal = new AbortController().signal;
    // After a job TensorFlow is loaded, and whatever else might ask for signals.
    await assert.rejects(engine.run(missingModel(folder), { onProgress: () => undefined, signal }));
    const [pid] = children(process.pid);
    assert.ok(pid !== undefined);
    const status = await readFile(`/proc/${pid}/status`, "utf8");
    const caught = BigInt(`0x${/^SigCgt:\s+([0-9a-f]+)$/m.exec(status)?.[1]}`);
    const handled = Object.entries(constants.signals).filter(([, n]) => (caught >> BigInt(n - 1)) & 1n);
    // Faults of its own end it, as Node's handlers of SIGINT and SIGTERM do; SIGUSR1 goes to a thread that waits for it.
    const faults = ["SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGABRT", "SIGIOT"];
    const harmless = [...faults, "SIGINT", "SIGTERM", "SIGUSR1"];
    assert.deepEqual(
      handled.map(([name]) => name).filter((name) => !harmless.includes(name)),
      [],
    );
    const group = execFileSync("ps", ["-o", "pgid=", "-p", String(pid)], { encoding: "utf8" });
    assert.equal(Number(group), pid);

    for (const ending of ["SIGTERM", "SIGINT"] as const) {
      engine.warm();
      const job = engine.run(missingModel(folder), { onProgress: () => undefined, signal });
      const [started] = children(process.pid);
      assert.ok(started !== undefined);
      process.kill(started, ending);
      await assert.rejects(job, { code: "ENGINE_FAILED", message: new RegExp(ending) });
    }
  },
);

test("words of those who run out of memory are known, others are not", () => {
  for (const words of [
    "OOM when allocating tensor with shape[128,28,28,240] and type float on /job:localhost",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "Array buffer allocation failed",
    "ENOMEM: not enough memory, read",
  ])
    assert.equal(saysOutOfMemory(words), true, words);
  for (const words of ["", "the loss at epoch 1, step 2 is no longer a number", "room 101 is empty"])
    assert.equal(saysOutOfMemory(words), false, words);
});

test("the counter of kills is looked for where each version of control groups has it", () => {
  const v2 = counterFiles("0::/kubepods/pod1\n");
  assert.equal(v2[0], "/sys/fs/cgroup/kubepods/pod1/memory.events");
  const v1 = counterFiles("5:devices:/\n4:cpu,memory:/docker/abc\n");
  assert.equal(v1[0], "/sys/fs/cgroup/memory/docker/abc/memory.oom_control");
  assert.ok(v1.includes("/sys/fs/cgroup/memory.events") && v2.includes("/sys/fs/cgroup/memory.events"));
});

test(
  "an engine that hangs is killed, the error says why, and the next job gets a new one",
  LINUX,
  async (t) => {
    const folder = await temporaryFolder(t);
    const engine = createEngine(() => undefined, TIMES);
    t.after(engine.stop);
    engine.warm();
    const [first] = children(process.pid);
    assert.ok(first !== undefined);
    const job = missingModel(folder);
    const hooks = { onProgress: () => undefined, signal: new AbortController().signal };
    process.kill(first, "SIGSTOP");
    await assert.rejects(engine.run(job, hooks), {
      code: "ENGINE_FAILED",
      message: /the training process hung: no progress and no processor time for \d+ s/,
    });
    assert.equal(isAlive(first), false);
    // Another process, which finds that the checkpoint is not there. On a busy machine one that still loads may stand still as long.
    let answer = "";
    await until("the next engine answers", async () => {
      answer = await engine.run(job, hooks).then(
        () => "a result",
        (error: Error) => error.message,
      );
      return !answer.includes("hung");
    });
    assert.match(answer, /none\.(safetensors|png)/);
    assert.notDeepEqual(children(process.pid), [first]);
  },
);

test(
  "an engine whose worker is killed ends by itself, even in the middle of a computation",
  LINUX,
  async (t) => {
    const worker = fork(ORPHAN, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const [pid] = (await once(worker, "message")) as [number];
    t.after(() => isAlive(pid) && process.kill(pid, "SIGKILL"));
    assert.ok(isAlive(pid));
    worker.kill("SIGKILL");
    const began = performance.now();
    while (isAlive(pid)) {
      assert.ok(performance.now() - began < 30_000, "it goes on without its worker");
      await sleep(20);
    }
    t.diagnostic(`${(performance.now() - began).toFixed(0)} ms`);
  },
);

test("a disk that fills up while an engine writes is told with its place, and may be tried again", async (t) => {
  const folder = await temporaryFolder(t);
  const disk = await smallDisk(t, 64);
  if (disk === undefined) return t.skip("this user cannot mount a tmpfs");
  const out = disk.folder;
  const engine = createEngine(() => undefined);
  try {
    for (const [label, seed] of [
      ["a", 1],
      ["b", 20],
    ] as const) {
      await mkdir(join(folder, "images", label), { recursive: true });
      for (let index = 0; index < 8; index++)
        await toSharp(structured(300, 300, seed + index))
          .png()
          .toFile(join(folder, "images", label, `${index}.png`));
    }
    const { path: _path, ...data } = runFileSchema.parse({ name: "full", data: { path: "images" } }).data;
    const job = {
      kind: "ingest",
      source: join(folder, "images"),
      data,
      seed: 1,
      digestCache: join(folder, "digests.json"),
      out,
    } as const;
    const signal = new AbortController().signal;
    const failure = await engine.run(job, { onProgress: () => undefined, signal }).then(
      () => assert.fail("it fits"),
      (error: unknown) => error,
    );
    assert.ok(failure instanceof ThawError, String(failure));
    assert.deepEqual([failure.code, failure.retryable], ["DISK_FULL", true], failure.message);
    assert.equal(failure.message, `the disk of ${out} is full: what ingest writes does not fit`);
    assert.match(failure.hint ?? "", /free some space/);
  } finally {
    await engine.stop();
  }
});

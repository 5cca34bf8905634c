import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { layoutOf, makeFolders } from "../../../runtime/services/layout.js";
import { lastLines, openLog, readFrom } from "../../../runtime/services/logs.js";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { newRecord, readRecord, writeRecord } from "../../../runtime/services/record.js";
import {
  identify,
  isAlive,
  residentBytes,
  signal,
  terminate,
} from "../../../runtime/services/supervision/processes.js";
import { hasReadyLine } from "../../../runtime/services/supervision/readiness.js";

const scratch = mkdtempSync(join(tmpdir(), "thaw-processes-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const PORTS = Object.fromEntries(PORT_NAMES.map((name, i) => [name, 20_001 + i])) as unknown as Ports;
const DEAF = "process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000); console.log('up')";

async function start(script: string) {
  const child = spawn(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const id = child.pid === undefined ? undefined : identify(child.pid);
  assert.ok(id);
  return { child, id, said: said.toString("utf8") };
}

test("a process is alive until it has ended, and its zombie is not", async () => {
  const { child, id } = await start(
    "process.on('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up')",
  );
  assert.equal(isAlive(id), true);
  assert.deepEqual(identify(id.pid), id);
  if (process.platform === "linux") assert.ok((residentBytes(id.pid) ?? 0) > 10e6);
  await terminate(id, 5000);
  assert.equal(isAlive(id), false);
  if (child.exitCode === null) await once(child, "exit");
  assert.equal(child.exitCode, 3);
});

test("a process id with another start time is somebody else and is left alone", async () => {
  const { child, id } = await start(DEAF);
  const stranger = { pid: id.pid, start: "another boot:1" };
  assert.equal(isAlive(stranger), false);
  signal(stranger, "SIGKILL");
  await terminate(stranger, 100);
  assert.equal(isAlive(id), true);
  process.kill(id.pid, "SIGKILL");
  await once(child, "exit");
});

test("what ignores SIGTERM is killed after the grace, with its whole group", async () => {
  const { child, id, said } = await start(
    `const { spawn } = require("node:child_process");
     const inner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
     process.on("SIGTERM", () => {});
     console.log(inner.pid);`,
  );
  const inner = identify(Number.parseInt(said, 10));
  assert.ok(isAlive(inner));
  await terminate(id, 100);
  if (child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  for (let i = 0; isAlive(inner) && i < 200; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(isAlive(inner), false);
});

test("the record is private, keeps its credentials, and comes back as written", () => {
  const layout = layoutOf(scratch);
  makeFolders(layout);
  makeFolders(layout);
  assert.equal(readRecord(layout), undefined);
  const first = newRecord(PORTS, undefined);
  writeRecord(layout, first);
  assert.deepEqual(readRecord(layout), first);
  assert.equal(statSync(layout.record).mode & 0o777, 0o600);
  assert.deepEqual(newRecord(PORTS, first).credentials, first.credentials);
  assert.notDeepEqual(newRecord(PORTS, undefined).credentials, first.credentials);
  // What waits in the other parts of an older database's queues would wait for ever.
  const { queueParts: _, ...older } = first;
  assert.equal(newRecord(PORTS, older).queueParts, undefined);
  assert.equal(newRecord(PORTS, undefined, true).queueParts, undefined);
  assert.deepEqual([first.queueParts, newRecord(PORTS, first).queueParts], [1, 1]);
  assert.equal(readFileSync(join(layout.state, ".gitignore"), "utf8"), "*\n");
});

test("a project folder that is not there is a usage error and is not made", () => {
  const layout = layoutOf(join(scratch, "misspelt"));
  assert.throws(() => makeFolders(layout), { code: "USAGE", message: /misspelt/ });
  assert.equal(statSync(layout.projectFolder, { throwIfNoEntry: false }), undefined);
});

test("a log is read from behind, from where a life began, and put aside when it is long", () => {
  const file = join(scratch, "some.log");
  writeFileSync(file, "one\n\ntwo\nthree\n");
  assert.deepEqual(lastLines(file, 2), ["two", "three"]);
  assert.deepEqual(lastLines(join(scratch, "none.log"), 2), []);
  const { offset } = openLog(file);
  writeFileSync(file, "four\n", { flag: "a" });
  assert.equal(readFrom(file, offset), "four\n");
  writeFileSync(file, Buffer.alloc(21e6, "x"));
  assert.equal(openLog(file).offset, 0);
  assert.equal(statSync(file).size, 0);
  assert.equal(statSync(`${file}.1`).size, 21e6);
});

for (const [text, ready] of [
  ['{"ready":true,"worker":"control"}\n', true],
  ['noise\n{"level":30,"worker":"control","ready":true,"time":1}\n', true],
  ['{"ready":true,"worker":"training"}\n', false],
  ['{"ready":false,"worker":"control"}\n', false],
  ['{"ready":true,"worker":"con', false],
  ['said {"ready":true,"worker":"control"}\n', false],
] as const) {
  test(`${JSON.stringify(text)} ${ready ? "says" : "does not say"} that the control worker is ready`, () => {
    assert.equal(hasReadyLine(text, "control"), ready);
  });
}

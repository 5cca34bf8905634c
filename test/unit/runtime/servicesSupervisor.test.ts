import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { layoutOf, logFileOf, makeFolders } from "../../../runtime/services/layout.js";
import { PORT_NAMES, type Ports, type ServiceName } from "../../../runtime/services/names.js";
import { newRecord, readRecord, type ServicesRecord } from "../../../runtime/services/record.js";
import type { ServiceSpec } from "../../../runtime/services/serviceSpec.js";
import { digestOf, type Plan } from "../../../runtime/services/supervision/plan.js";
import { identify, isAlive } from "../../../runtime/services/supervision/processes.js";
import { createSupervisor } from "../../../runtime/services/supervision/supervisor.js";

import { until as happens } from "../../support/until.js";

const scratch = mkdtempSync(join(tmpdir(), "thaw-supervisor-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
const layout = layoutOf(scratch);
makeFolders(layout);

const PORTS = Object.fromEntries(PORT_NAMES.map((name, i) => [name, 20_001 + i])) as unknown as Ports;
const JOURNAL = join(scratch, "journal");
/** Writes down its start and its end; says that it is ready. */
const SERVICE = `
  const { appendFileSync, existsSync } = require("node:fs");
  const note = (what) => appendFileSync(process.env.JOURNAL, what + " " + process.env.NAME + "\\n");
  note("start");
  process.on("SIGTERM", () => { note("end"); process.exit(0); });
  setInterval(() => {}, 1000);
  console.log(JSON.stringify({ ready: true, worker: process.env.NAME }));`;

function service(
  name: ServiceName,
  needs: readonly ServiceName[],
  change: Partial<ServiceSpec> = {},
): ServiceSpec {
  return {
    name,
    command: process.execPath,
    args: ["-e", SERVICE],
    cwd: scratch,
    env: { NAME: name, JOURNAL },
    inheritEnv: false,
    logFile: logFileOf(layout, name),
    needs: [...needs],
    grace: 5,
    readiness: { by: "line", worker: name },
    ...change,
  };
}

const plan = (...services: ServiceSpec[]): Plan => ({ projectFolder: scratch, services });
const journal = (): string[] => (existsSync(JOURNAL) ? readFileSync(JOURNAL, "utf8").trim().split("\n") : []);

function record(): ServicesRecord {
  const found = readRecord(layout);
  assert.ok(found);
  return found;
}

const until = (what: string, holds: () => boolean): Promise<void> =>
  happens(what, holds, () => readRecord(layout)?.services);

function begin() {
  rmSync(JOURNAL, { force: true });
  const self = identify(process.pid);
  assert.ok(self);
  return createSupervisor(layout, newRecord(PORTS, undefined), self, () => undefined);
}

const isReady = (name: ServiceName): boolean => record().services[name]?.ready === true;

test("services start after those they need and end before them", async () => {
  const supervisor = begin();
  const needed = plan(
    service("control-worker", ["temporal", "s3"]),
    service("temporal", []),
    service("s3", ["temporal"]),
  );
  await supervisor.follow(needed);
  await until("all are ready", () => needed.services.every(({ name }) => isReady(name)));
  assert.equal(record().plan, digestOf(needed));
  assert.equal(record().supervisor?.pid, process.pid);
  const alive = Object.values(record().services).map(({ process: id }) => id);
  assert.equal(alive.length, 3);
  assert.ok(alive.every(isAlive));
  await supervisor.stop();
  assert.deepEqual(journal(), [
    "start temporal",
    "start s3",
    "start control-worker",
    "end control-worker",
    "end s3",
    "end temporal",
  ]);
  assert.ok(!alive.some(isAlive));
  assert.ok(Object.values(record().services).every(({ process: id, ready }) => id === undefined && !ready));
});

test("a service that is killed comes back and is counted; the others stay", async () => {
  const supervisor = begin();
  await supervisor.follow(plan(service("temporal", []), service("s3", [])));
  await until("both are ready", () => isReady("temporal") && isReady("s3"));
  const before = record().services;
  process.kill(before.temporal?.process?.pid ?? 0, "SIGKILL");
  await until("it is back", () => record().services.temporal?.restarts === 1 && isReady("temporal"));
  const now = record().services;
  assert.equal(now.temporal?.lastEnd, "was ended by SIGKILL");
  assert.notEqual(now.temporal?.process?.pid, before.temporal?.process?.pid);
  assert.deepEqual(now.s3, before.s3);
  await supervisor.stop();
});

test("ends before it was ready are counted as failures, and it is stopped at once in its pause", async () => {
  const supervisor = begin();
  const broken = service("s3", [], { args: ["-e", "console.log('no luck'); process.exit(7)"] });
  const missing = service("temporal", [], { command: join(scratch, "none") });
  await supervisor.follow(plan(broken, missing));
  await until("both have failed twice", () =>
    [record().services.s3, record().services.temporal].every((state) => (state?.failures ?? 0) >= 2),
  );
  assert.equal(record().services.s3?.lastEnd, "ended with exit code 7");
  assert.match(record().services.temporal?.lastEnd ?? "", /^cannot be run: .*ENOENT/);
  assert.match(readFileSync(broken.logFile, "utf8"), /no luck\n/);
  await supervisor.stop();
});

test("a new plan starts what is new, replaces what has changed and leaves the rest alone", async () => {
  const supervisor = begin();
  await supervisor.follow(plan(service("temporal", []), service("s3", [])));
  await until("both are ready", () => isReady("temporal") && isReady("s3"));
  const before = record().services;
  const next = plan(
    service("temporal", []),
    service("s3", [], { env: { NAME: "s3", JOURNAL, CHANGED: "1" } }),
    service("control-worker", ["temporal", "s3"]),
  );
  await supervisor.follow(next);
  await until("all are ready", () => next.services.every(({ name }) => isReady(name)));
  const now = record().services;
  assert.deepEqual(now.temporal, before.temporal);
  assert.notEqual(now.s3?.process?.pid, before.s3?.process?.pid);
  assert.equal(now.s3?.restarts, 0);
  await supervisor.stop();
});

test("what ignores SIGTERM is killed after its grace", async () => {
  const supervisor = begin();
  const deaf = service("temporal", [], {
    args: [
      "-e",
      `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
       console.log(JSON.stringify({ ready: true, worker: "temporal" }))`,
    ],
    grace: 0.2,
  });
  await supervisor.follow(plan(deaf));
  await until("it is ready", () => isReady("temporal"));
  const id = record().services.temporal?.process;
  await supervisor.stop();
  assert.equal(isAlive(id), false);
  assert.equal(record().services.temporal?.lastEnd, "was ended by SIGKILL");
});

test("while the record cannot be written, services are kept alive; the next event writes all of it", async () => {
  const supervisor = begin();
  await supervisor.follow(plan(service("temporal", [])));
  await until("it is ready", () => isReady("temporal"));
  const before = record();
  // A folder in the place of the file it writes first: no permission helps, whoever runs this.
  const obstacle = `${layout.record}.${process.pid}`;
  mkdirSync(obstacle);
  process.kill(before.services.temporal?.process?.pid ?? 0, "SIGKILL");
  await until("it is back", () => journal().filter((line) => line === "start temporal").length === 2);
  assert.deepEqual(record(), before);
  rmSync(obstacle, { recursive: true });
  await supervisor.stop();
  assert.equal(record().services.temporal?.restarts, 1);
  assert.equal(record().services.temporal?.ready, false);
});

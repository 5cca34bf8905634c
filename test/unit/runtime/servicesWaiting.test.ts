/** What `thaw up` says while a service takes its time. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { layoutOf, logFileOf, makeFolders } from "../../../runtime/services/layout.js";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { newRecord, writeRecord } from "../../../runtime/services/record.js";
import type { ServiceSpec } from "../../../runtime/services/serviceSpec.js";
import { digestOf } from "../../../runtime/services/supervision/plan.js";
import { identify } from "../../../runtime/services/supervision/processes.js";
import { waitForServices } from "../../../runtime/services/supervision/waitForServices.js";

test("after some seconds without news it is said what is waited for, and no more once it is there", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "thaw-waiting-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const layout = layoutOf(folder);
  makeFolders(layout);
  const ports = Object.fromEntries(PORT_NAMES.map((name, i) => [name, 20_001 + i])) as unknown as Ports;
  const services = (["temporal", "s3"] as const).map(
    (name): ServiceSpec => ({
      ...{
        name,
        command: "/bin/true",
        args: [],
        cwd: folder,
        env: {},
        inheritEnv: false,
        needs: [],
        grace: 1,
      },
      logFile: logFileOf(layout, name),
      readiness: { by: "line", worker: name },
    }),
  );
  const plan = { projectFolder: folder, services };
  const record = { ...newRecord(ports, undefined), plan: digestOf(plan) };
  const ready = { ready: true, restarts: 0, failures: 0 };
  writeRecord(layout, { ...record, services: { temporal: ready, s3: { ...ready, ready: false } } });
  const said: string[] = [];
  await waitForServices({
    ...{ layout, plan, supervisor: identify(process.pid) as NonNullable<ReturnType<typeof identify>> },
    quietMs: 20,
    onProgress: (line) => {
      said.push(line);
      if (line.startsWith("waiting"))
        writeRecord(layout, { ...record, services: { temporal: ready, s3: ready } });
    },
  });
  assert.match(said[0] ?? "", /^Temporal server ready after 0\.\d s: http/);
  assert.match(said[1] ?? "", /^waiting for the S3 server \(0 s so far, at most 60\)$/);
  assert.match(said[2] ?? "", /^S3 server ready after /);
  assert.equal(said.length, 3);
});

/** Workers that cannot begin end, and say why: a pod's container that hung instead would look like one at work. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { layoutOf, makeFolders } from "../../../runtime/services/layout.js";
import { PORT_NAMES, type Ports } from "../../../runtime/services/names.js";
import { newRecord, writeRecord } from "../../../runtime/services/record.js";
import { identify } from "../../../runtime/services/supervision/processes.js";

const folder = mkdtempSync(join(tmpdir(), "thaw-worker-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Far more than loading the SDK takes. */
const TIME_LIMIT = 60_000;

for (const name of ["control", "training"]) {
  test(`a ${name} worker without the store's credentials ends with exit code 2`, () => {
    const worker = fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
    const { status, signal, stderr } = spawnSync(process.execPath, [worker], {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        THAW_PROJECT: folder,
        TEMPORAL_ADDRESS: "127.0.0.1:9",
        THAW_S3_ENDPOINT: "http://127.0.0.1:9",
      },
      encoding: "utf8",
      timeout: TIME_LIMIT,
      killSignal: "SIGKILL",
    });
    assert.equal(signal, null);
    assert.equal(status, 2, stderr);
    assert.match(stderr, new RegExp(`^${name} worker: .*AWS_ACCESS_KEY_ID`));
  });
}

test("a worker whose embedded server has gone ends, and says that nobody listens there", () => {
  const project = mkdtempSync(join(folder, "project-"));
  const layout = layoutOf(project);
  makeFolders(layout);
  const ports = Object.fromEntries(PORT_NAMES.map((name) => [name, 9])) as unknown as Ports;
  // As far as anybody can tell a supervisor is about to bring them back.
  const supervisor = identify(process.pid);
  assert.ok(supervisor);
  const services = { temporal: { ready: false, restarts: 1, failures: 0 } };
  writeRecord(layout, {
    ...newRecord(ports, undefined),
    supervisor,
    services: { ...services, s3: services.temporal },
  });
  const worker = fileURLToPath(new URL("../../../worker/training.js", import.meta.url));
  const { status, signal, stderr } = spawnSync(process.execPath, [worker], {
    env: { PATH: process.env.PATH, HOME: folder, THAW_PROJECT: project },
    encoding: "utf8",
    timeout: TIME_LIMIT,
    killSignal: "SIGKILL",
  });
  assert.equal(signal, null, stderr);
  assert.equal(status, 4, stderr);
  assert.match(stderr, /^training worker: no Temporal server listens at 127\.0\.0\.1:9 /m);
});

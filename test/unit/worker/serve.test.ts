/** Workers that cannot begin end, and say why: a pod's container that hung instead would look like one at work. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

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

/** What an error of the store means: whether it may heal, and what is said of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ErrorCode, ThawError } from "../../../spec/errors.js";
import { openStore, patientStore, storeCall } from "../../../store/connection/connection.js";

const store = openStore({
  endpoint: "http://127.0.0.1:9",
  bucket: "thaw",
  region: "us-east-1",
  pathStyle: true,
  credentials: { accessKey: "key", secretKey: "secret" },
});

const CASES: readonly [code: string, means: ErrorCode][] = [
  ["AccessDenied", "STORE_DENIED"],
  ["InvalidAccessKeyId", "STORE_DENIED"],
  ["NotImplemented", "STORE_UNSUITABLE"],
  // The client's word for a 501 without a body.
  ["MethodNotAllowed", "STORE_UNSUITABLE"],
  ["NoSuchBucket", "STORE_DENIED"],
];

for (const [code, means] of CASES) {
  test(`${code} ends a patient call at once, as ${means}`, async () => {
    let calls = 0;
    const patient = patientStore(store, { milliseconds: 600_000, onOutage: () => assert.fail("retried") });
    const call = storeCall(patient, "storing weights.bin", async () => {
      calls += 1;
      throw Object.assign(new Error("no"), { code });
    });
    await assert.rejects(call, (error) => {
      assert.ok(error instanceof ThawError);
      assert.deepEqual([error.code, error.retryable], [means, false]);
      assert.match(error.message, /storing weights\.bin|has no bucket thaw/);
      assert.ok(error.hint !== undefined);
      return true;
    });
    assert.equal(calls, 1);
  });
}

for (const code of ["SlowDown", "InternalError", "ECONNREFUSED", "ETIMEDOUT", ""]) {
  test(`${code || "an error without a code"} may heal`, async () => {
    const call = storeCall(store, "listing runs/", async () => {
      throw Object.assign(new Error("later"), { code });
    });
    await assert.rejects(call, { code: "STORE_UNREACHABLE" });
  });
}

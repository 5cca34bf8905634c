/** Stores that refuse, ignore or lack something, before a real one: it is found, named and not retried. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkAll } from "../../../cli/doctor.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { ThawError } from "../../../spec/errors.js";
import type { StoreSettings } from "../../../spec/platform.js";
import { CHECKS_PREFIX, checkStore } from "../../../store/connection/check.js";
import { openStore, patientStore, type Store } from "../../../store/connection/connection.js";
import { listNames } from "../../../store/json.js";
import {
  type Fault,
  type FaultProxy,
  type ProxiedRequest,
  startFaultProxy,
} from "../../support/services/faultProxy.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";

let stack: StoreStack;
let proxy: FaultProxy;
let settings: StoreSettings;
let direct: Store;
let spoilt: Store;
before(async () => {
  stack = await sharedStore();
  direct = stack.store;
  settings = (await loadPlatform(stack.project)).store;
  proxy = await startFaultProxy(settings.endpoint);
  spoilt = openStore({ ...settings, endpoint: proxy.endpoint });
});
after(async () => {
  await proxy.close();
  await stack.close();
});

const status = (code: number): Fault => ({ kind: "status", status: code });
const isList = ({ path }: ProxiedRequest): boolean => path.includes("list-type=2");
const isObject = ({ path }: ProxiedRequest): boolean => path.includes(`/${CHECKS_PREFIX}`);

interface Case {
  readonly what: string;
  readonly choose: (request: ProxiedRequest) => Fault | undefined;
  readonly code: string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

const denied = (what: string, right: RegExp, choose: (request: ProxiedRequest) => boolean): Case => ({
  what,
  choose: (request) => (choose(request) ? status(403) : undefined),
  code: "STORE_DENIED",
  message: right,
  hint: right,
});

const CASES: readonly Case[] = [
  denied("a read-only key", /s3:PutObject$|s3:PutObject on/, ({ method }) => method === "PUT"),
  denied("a key that may not delete", /s3:DeleteObject/, ({ method }) => method === "DELETE"),
  denied("a key that may not list", /s3:ListBucket/, isList),
  denied(
    "a key that may not read",
    /s3:GetObject/,
    (request) => request.method === "GET" && isObject(request),
  ),
  denied("a key that may write only", /s3:ListBucket, s3:GetObject, s3:DeleteObject/, (request) =>
    ["GET", "DELETE"].includes(request.method),
  ),
  {
    what: "a store that ignores conditions",
    choose: ({ method }) => (method === "PUT" ? { kind: "always-200" } : undefined),
    code: "STORE_UNSUITABLE",
    message: /ignores conditional writes/,
    hint: /If-None-Match/,
  },
  {
    what: "a store that refuses conditions",
    choose: ({ method }) => (method === "PUT" ? status(501) : undefined),
    code: "STORE_UNSUITABLE",
    message: /cannot do what committing checks/,
    hint: /conditional writes/,
  },
  {
    what: "a gateway that changes what it gives",
    choose: (request) =>
      request.method === "GET" && isObject(request) ? { kind: "flipped-bit" } : undefined,
    code: "STORE_UNSUITABLE",
    message: /other bytes than were written/,
    hint: /gateway/,
  },
];

for (const { what, choose, code, message, hint } of CASES) {
  test(`${what} is found, and what to do about it is said`, async () => {
    proxy.spoil(choose);
    // Patience is for what may heal: a refusal ends at once.
    const patient = patientStore(spoilt, { milliseconds: 600_000, onOutage: () => assert.fail("retried") });
    await assert.rejects(checkStore(patient, { makeBucket: false }), (error) => {
      assert.ok(error instanceof ThawError, String(error));
      assert.deepEqual([error.code, error.retryable], [code, false]);
      assert.match(error.message, message);
      assert.match(error.hint ?? "", hint);
      return true;
    });
  });
}

test("a store that does all it has to passes, and nothing is left in it", async () => {
  proxy.spoil(() => undefined);
  for (const name of await listNames(direct, CHECKS_PREFIX)) {
    await direct.client.removeObject(direct.bucket, name);
  }
  await checkStore(spoilt, { makeBucket: false });
  assert.deepEqual(await listNames(direct, CHECKS_PREFIX), []);
});

test("a key that may not delete leaves one object, however often it is checked", async () => {
  const isDenied: Case["choose"] = ({ method }) => (method === "DELETE" ? status(403) : undefined);
  proxy.spoil(isDenied);
  for (let check = 0; check < 3; check++) {
    await assert.rejects(checkStore(spoilt, { makeBucket: false }), {
      code: "STORE_DENIED",
      message: /may not delete in the bucket .*: it lacks s3:DeleteObject$/,
    });
    assert.deepEqual(await listNames(direct, CHECKS_PREFIX), [`${CHECKS_PREFIX}stays.json`]);
  }
  await Promise.all(
    [1, 2, 3, 4].map(() =>
      assert.rejects(checkStore(spoilt, { makeBucket: false }), /it lacks s3:DeleteObject$/),
    ),
  );
  // With that object there, conditions that are ignored are still found.
  proxy.spoil((request) => (request.method === "PUT" ? { kind: "always-200" } : isDenied(request)));
  await assert.rejects(checkStore(spoilt, { makeBucket: false }), /ignores conditional writes/);
  proxy.spoil(() => undefined);
  await checkStore(spoilt, { makeBucket: false });
  assert.deepEqual(await listNames(direct, CHECKS_PREFIX), [`${CHECKS_PREFIX}stays.json`]);
});

test("a bucket that is not there is named, and made only for those who want it", async () => {
  proxy.spoil(() => undefined);
  const other = { ...spoilt, bucket: "not-yet-there" };
  await assert.rejects(checkStore(other, { makeBucket: false }), {
    code: "STORE_DENIED",
    message: /has no bucket not-yet-there/,
  });
  await checkStore(other, { makeBucket: true });
});

test("the doctor's row for the store says which right is missing", async () => {
  const names = { THAW_S3_ENDPOINT: proxy.endpoint, THAW_S3_BUCKET: settings.bucket };
  const { credentials } = settings;
  assert.ok("accessKey" in credentials);
  const keys = { AWS_ACCESS_KEY_ID: credentials.accessKey, AWS_SECRET_ACCESS_KEY: credentials.secretKey };
  const before = { ...process.env };
  Object.assign(process.env, names, keys, { TEMPORAL_ADDRESS: "127.0.0.1:9" });
  try {
    proxy.spoil(({ method }) => (method === "PUT" ? status(403) : undefined));
    const row = (await checkAll(stack.folder)).find(({ name }) => name === "object store");
    assert.equal(row?.state, "missing");
    assert.match(row?.problem ?? "", /may not write in the bucket .*: it lacks s3:PutObject/);
    assert.match(row?.fix ?? "", /grant s3:PutObject/);
  } finally {
    process.env = before;
  }
});

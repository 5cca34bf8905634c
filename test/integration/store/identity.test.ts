/** A store that is opened with a workload identity: a real security token service, and tokens that end. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { DoctorJson } from "../../../cli/json/doctor.js";
import type { StoreSettings, WebIdentity } from "../../../spec/platform.js";
import { ensureBucket, openStore } from "../../../store/connection/connection.js";
import { keysFor } from "../../../store/identity/fetchKeys.js";
import { getJson, listNames, putJson, putJsonOnce } from "../../../store/json.js";
import { thaw } from "../../support/cli/thaw.js";
import { smallImageSet } from "../../support/images/images.js";
import { type FaultProxy, startFaultProxy } from "../../support/services/faultProxy.js";
import { engineOf, slowDown } from "../../support/services/faults.js";
import { keepToken, READER, ROLE, writeIamConfig } from "../../support/services/identityStore.js";
import { type Issuer, startIssuer } from "../../support/services/issuer.js";
import { serviceVariables } from "../../support/services/serviceVariables.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";

/** Short, so that a test sees keys end; a real service gives them for an hour. */
const SECONDS = 8;
/** To load TensorFlow alone takes the engine so many of them that keys end meanwhile. */
const REST_MS = 500;

describe("a store with a workload identity", () => {
  let folder: string;
  let issuer: Issuer;
  let stack: Stack;
  let proxy: FaultProxy;
  let tokenFile: string;
  let endKeeping: () => Promise<void>;
  /** Exchanges of a token for keys. */
  let exchanges = 0;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "thaw-identity-"));
    issuer = await startIssuer();
    const iam = join(folder, "iam.json");
    await writeIamConfig(iam, { issuer, bucket: "thaw", seconds: SECONDS });
    stack = await startStack({ workers: false, tinyBase: true, s3Flags: [`-s3.iam.config=${iam}`] });
    proxy = await startFaultProxy(stack.session.store.endpoint);
    proxy.listen({
      before: ({ method, path }) => {
        if (method === "POST" && path === "/") exchanges += 1;
      },
    });
    tokenFile = join(folder, "token");
    endKeeping = await keepToken(tokenFile, issuer, SECONDS);
  });
  after(async () => {
    await endKeeping();
    await proxy.close();
    await stack.close();
    issuer.close();
    await rm(folder, { recursive: true, force: true });
  });

  const identity = (changed: Partial<WebIdentity> = {}): WebIdentity => ({
    ...{ kind: "web identity", tokenFile, roleArn: ROLE, sessionName: "thaw", sts: proxy.endpoint },
    ...changed,
  });
  const settings = (credentials: StoreSettings["credentials"] = identity()): StoreSettings => ({
    ...stack.session.platform.store,
    endpoint: proxy.endpoint,
    credentials,
  });
  const storeWithToken = async (name: string, token: string): Promise<ReturnType<typeof openStore>> => {
    const file = join(folder, name);
    await writeFile(file, token);
    return openStore(settings(identity({ tokenFile: file })));
  };

  test("it does all that thaw asks of a store", async () => {
    const store = openStore(settings());
    await ensureBucket(store);
    await putJson(store, "identity/a.json", { here: true });
    assert.deepEqual(await getJson(store, "identity/a.json"), { here: true });
    assert.equal(await putJsonOnce(store, "identity/once.json", 1), true);
    assert.equal(await putJsonOnce(store, "identity/once.json", 2), false);
    assert.deepEqual(await listNames(store, "identity/"), ["identity/a.json", "identity/once.json"]);
  });

  test("keys are renewed before they end, from the file's newest token", async () => {
    const store = openStore(settings());
    exchanges = 0;
    const began = performance.now();
    const writes = 30;
    for (let i = 0; i < writes; i++) {
      await Promise.all([putJson(store, `renewed/${i}.json`, i), putJson(store, `renewed/${i}-b.json`, i)]);
      await sleep((2 * SECONDS * 1000) / writes);
    }
    assert.equal((await listNames(store, "renewed/")).length, 2 * writes);
    // At four fifths of their life, and once for all that ask.
    const most = 1 + Math.ceil((performance.now() - began) / 1000 / (0.8 * SECONDS));
    assert.ok(exchanges >= 3 && exchanges <= most, `${exchanges} exchanges, ${most} at most`);
  });

  test("an outage of the token service is nothing as long as the keys are good, and passes", async () => {
    let store = openStore(settings());
    const isWritten = (name: string): Promise<boolean> =>
      putJson(store, name, 2).then(
        () => true,
        () => false,
      );
    /** Writes with new keys until a renewal was due and has failed; whether every write went well. */
    const writesOn = async (): Promise<boolean> => {
      proxy.spoil(() => undefined);
      store = openStore(settings());
      await putJson(store, "outage/first.json", 1);
      proxy.spoil(({ method, path }) =>
        method === "POST" && path === "/" ? { kind: "status", status: 503 } : undefined,
      );
      for (; proxy.spoilt() === 0; await sleep(50)) {
        if (!(await isWritten("outage/second.json"))) return false;
      }
      return true;
    };
    // Where this process stands still for seconds, keys end before a renewal was tried.
    let tries = 1;
    while (!(await writesOn())) assert.ok(tries++ < 5, "no write goes well while the keys are good");
    await until("the keys have ended", async () => !(await isWritten("outage/second.json")));
    await assert.rejects(putJson(store, "outage/third.json", 3), {
      code: "STORE_UNREACHABLE",
      message: /^the security token service at http:\S+ does not answer: HTTP 503$/,
    });
    proxy.spoil(() => undefined);
    await putJson(store, "outage/third.json", 3);
    assert.equal((await listNames(store, "outage/")).length, 3);
  });

  test("keys with a session token work until they end, and then it is said what has ended", async () => {
    const { accessKeyId, secretAccessKey, sessionToken = "" } = await keysFor(identity(), "us-east-1")();
    const keys = { accessKey: accessKeyId, secretKey: secretAccessKey, sessionToken };
    const store = openStore(settings(keys));
    await putJson(store, "session/a.json", 1);
    await sleep((SECONDS + 1) * 1000);
    await assert.rejects(putJson(store, "session/b.json", 1), {
      code: "STORE_DENIED",
      hint: /AWS_SESSION_TOKEN, which may have expired/,
    });
  });

  const REFUSED = /^the security token service at \S+ gives no keys for the object store: /;
  test("what is wrong with a token or a role is told, with what to look at", async () => {
    const wrong = async (store: ReturnType<typeof openStore>, said: RegExp): Promise<void> => {
      const wanted = { code: "STORE_DENIED", hint: /audience, issuer and age/ };
      await assert.rejects(putJson(store, "wrong/a.json", 1), { ...wanted, message: REFUSED });
      await assert.rejects(putJson(store, "wrong/a.json", 1), { ...wanted, message: said });
    };
    await wrong(await storeWithToken("other", issuer.token(60, "somebody.else")), /audience/);
    await wrong(await storeWithToken("old", issuer.token(-60)), /expired/);
    const stranger = await startIssuer();
    await wrong(await storeWithToken("forged", stranger.token(60)), REFUSED);
    stranger.close();
    await wrong(openStore(settings(identity({ roleArn: `${ROLE}-none` }))), /role not found/);
  });

  test("a token that is not there, and a service that is not there", async () => {
    await assert.rejects(putJson(openStore(settings(identity({ tokenFile: "/none" }))), "a", 1), {
      code: "STORE_DENIED",
      message: "the web identity's token /none cannot be read (ENOENT)",
    });
    await assert.rejects(putJson(openStore(settings(identity({ sts: "http://127.0.0.1:9" }))), "a", 1), {
      code: "STORE_UNREACHABLE",
      message: /^the security token service at http:\/\/127\.0\.0\.1:9 does not answer: .*ECONNREFUSED/,
    });
  });

  test("a role that may not write is named when the store refuses", async () => {
    await putJson(openStore(settings()), "reader/a.json", 1);
    const reader = openStore(settings(identity({ roleArn: READER })));
    assert.equal(await getJson(reader, "reader/a.json"), 1);
    await assert.rejects(putJson(reader, "reader/b.json", 1), {
      code: "STORE_DENIED",
      message: /refused/,
      hint: `check what the web identity as ${READER} may do with the bucket`,
    });
  });

  /** As in a pod: no keys, but a token's file and a role. */
  const variables = (changed: Record<string, string> = {}): Record<string, string> => {
    const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, ...services } = serviceVariables(stack);
    return {
      ...services,
      THAW_S3_ENDPOINT: proxy.endpoint,
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
      AWS_ROLE_ARN: ROLE,
      ...changed,
    };
  };

  test("`thaw doctor` says which credentials are in use, and what is wrong when they are refused", async () => {
    const storeCheck = async (changed?: Record<string, string>) => {
      const { stdout } = await thaw(["doctor", "--json"], { cwd: folder, env: variables(changed) });
      const { checks } = JSON.parse(stdout) as DoctorJson;
      return checks.find(({ name }) => name === "object store");
    };
    const fine = await storeCheck();
    assert.equal(fine?.state, "ok", JSON.stringify(fine));
    assert.equal(fine?.where, `${proxy.endpoint}/thaw, web identity as ${ROLE}`);
    const refused = await storeCheck({ AWS_ROLE_ARN: `${ROLE}-none` });
    assert.equal(refused?.state, "missing");
    assert.match(refused?.problem ?? "", REFUSED);
    assert.match(refused?.fix ?? "", /AWS_ROLE_ARN/);
  });

  test("a run trains with nothing but an identity, through many renewals", async () => {
    const env = variables({ THAW_PROJECT: folder });
    const workers = await Promise.all(["control", "training"].map((name) => startWorker(name, env)));
    try {
      exchanges = 0;
      await smallImageSet(join(folder, "images"), 6);
      const file = [
        "name: identity",
        "base: tiny",
        "data: { path: images }",
        "recipe: extractor-only",
        "augment: { views: 1 }",
        "evaluation: { folds: 0 }\n",
      ];
      await writeFile(join(folder, "thaw.yaml"), file.join("\n"));
      const running = thaw(["run", "--json"], { cwd: folder, env });
      const engine = (): number | undefined => engineOf(workers[1]?.pid ?? 0);
      await until("there is an engine", () => engine() !== undefined);
      // The run is to outlive its keys, however fast the machine is.
      const goOn = slowDown(engine() ?? 0, REST_MS);
      await until("keys are renewed again and again", () => exchanges > 3);
      goOn();
      const { status, stdout, stderr } = await running;
      assert.equal(status, 0, `${stdout}\n${stderr}`);
      assert.ok(exchanges > 3, `${exchanges} exchanges`);
    } finally {
      await Promise.all(workers.map(stop));
    }
  });
});

async function startWorker(name: string, env: Record<string, string>): Promise<ChildProcess> {
  const script = fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('"ready":true')) break;
  }
  assert.match(said, /"ready":true/);
  return child;
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

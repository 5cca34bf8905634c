/** Credentials with distinctive values: whole runs and failing ones, and then a search for them wherever thaw writes. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { layoutOf } from "../../../runtime/services/layout.js";
import { status } from "../../../runtime/services/status.js";
import { foundBelow, foundIn, makeCanaries, textsIn } from "../../support/canaries.js";
import { type Outcome, thaw } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { withVariables } from "../../support/machine/variables.js";
import { enginePid, isComputing, waitForStage } from "../../support/services/faults.js";
import { keysOf } from "../../support/services/serviceVariables.js";
import { type Stack, startStack } from "../../support/services/stack.js";
import { until } from "../../support/until.js";
import { fixture } from "../../unit/learn/support.js";

/** What the user's environment has when `thaw up` starts the services, as on any machine of a company. */
const CANARIES = makeCanaries(
  "secretkey",
  "session",
  "apikey",
  "webhook",
  "proxy",
  "signature",
  "token",
  "password",
  "vault",
);
const encoded = encodeURIComponent;
const PROXY = `http://me:${encoded(CANARIES.proxy)}@127.0.0.1:9`;
const SURROUNDINGS = {
  AWS_ACCESS_KEY_ID: "AKIACANARY",
  AWS_SECRET_ACCESS_KEY: CANARIES.secretkey,
  AWS_SESSION_TOKEN: CANARIES.session,
  TEMPORAL_API_KEY: CANARIES.apikey,
  SLACK_WEBHOOK_URL: `https://hooks.example/services/${CANARIES.webhook}`,
  MY_VAULT: CANARIES.vault,
  HTTPS_PROXY: PROXY,
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${CANARIES.token}`,
};
const RUN_FILE = `
name: canaries
base: tiny
data: { path: images }
recipe: extractor-only
augment: { views: 1 }
head: { epochs: 3, patience: 3 }
evaluation: { folds: 0 }
`;

let stack: Stack;
let web: Server;
let origin: string;
/** What commands and workers have said. */
const said: string[] = [];
const started: ChildProcess[] = [];
/** The embedded store's own key, too: it stands in two files that are for their owner alone. */
let all: Readonly<Record<string, string>>;

before(async () => {
  stack = await withVariables(SURROUNDINGS, () => startStack({ workers: true, tinyBase: true }));
  all = { ...CANARIES, "the store's own key": keysOf(stack.session.platform.store).secretKey };
  await drawnImages(join(stack.folder, "images"), 10, ["cross", "disc", "square", "star"], {
    ground: "of-class",
  });
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  const weights = smallNetwork();
  web = createServer(({ url = "" }, response) => {
    if (url.startsWith("/weights")) response.end(weights);
    else
      response
        .writeHead(url.startsWith("/moved") ? 302 : 403, {
          location: `http://x:${encoded(CANARIES.password)}@h/`,
        })
        .end();
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
});
after(async () => {
  for (const child of started) child.kill("SIGKILL");
  web?.close();
  await stack?.close();
});

/** A network of 16 features in an ONNX file: what a store has of it is read through in no time. */
function smallNetwork(): Buffer {
  const { read } = fixture<{ read: { network: string; file: string }[] }>("files/onnxGraphs.json");
  const found = read.find(({ network }) => network === "resnext");
  assert.ok(found);
  return gunzipSync(Buffer.from(found.file, "base64"));
}

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const outcome = await thaw(args, { cwd: stack.folder, env: { THAW_DEBUG: "1", ...env } });
  said.push(outcome.stdout, outcome.stderr);
  return outcome;
}

/** The canaries that a live process has been given. */
const given = (pid: number): string[] => foundIn(readFileSync(`/proc/${pid}/environ`), all);

test("a command that fails says nothing of them, with its stack neither", async () => {
  const { endpoint } = stack.session.platform.store;
  const { address } = stack.session.platform.temporal;
  const keys = { AWS_ACCESS_KEY_ID: "AKIACANARY", AWS_SECRET_ACCESS_KEY: CANARIES.secretkey };
  const signed = `X-Amz-Credential=AKIA%2F1&X-Amz-Signature=${encoded(CANARIES.signature)}&X-Amz-Security-Token=${encoded(CANARIES.token)}`;
  const add = (from: string): readonly string[] => [
    "bases",
    "add",
    from,
    "-n",
    "mine",
    "-a",
    "efficientnet-lite0",
  ];
  const failing: readonly [readonly string[], Record<string, string>?][] = [
    [["models"], { THAW_S3_ENDPOINT: endpoint, ...keys }],
    [["run"], { THAW_S3_ENDPOINT: endpoint, ...keys, AWS_SESSION_TOKEN: CANARIES.session }],
    [["models"], { THAW_S3_ENDPOINT: "http://127.0.0.1:9", ...keys }],
    [["models"], { THAW_S3_ENDPOINT: "http://store.example:9000", ...keys, http_proxy: PROXY }],
    [["models"], { THAW_S3_ENDPOINT: `http://me:${encoded(CANARIES.password)}@127.0.0.1:9`, ...keys }],
    [["runs"], { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: CANARIES.apikey }],
    [
      ["runs"],
      { TEMPORAL_ADDRESS: "temporal.example:7233", TEMPORAL_API_KEY: CANARIES.apikey, https_proxy: PROXY },
    ],
    [["runs"], { TEMPORAL_ADDRESS: `me:${CANARIES.password}@127.0.0.1:7233` }],
    [
      ["doctor"],
      { THAW_S3_ENDPOINT: endpoint, ...keys, TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: CANARIES.apikey },
    ],
    [add(`http://me:${encoded(CANARIES.password)}@127.0.0.1:9/weights`)],
    [add(`${origin}/none?${signed}`)],
    [add(`${origin}/moved?${signed}`)],
    [add(`http://127.0.0.1:9/weights?${signed}`)],
    [
      [
        "run",
        "--set",
        `data.path=https://me:${encoded(CANARIES.password)}@h/images?sig=${encoded(CANARIES.signature)}`,
      ],
    ],
    [["run", "--set", `kubernetes.env.AWS_SECRET_ACCESS_KEY=${CANARIES.secretkey}`]],
    [["run", "--set", `kubernetes.env.A_PROXY=${PROXY}`]],
    [["plan", "--set", `base=https://me:${encoded(CANARIES.password)}@h`]],
  ];
  for (const [args, env] of failing) {
    for (const json of [[], ["--json"]]) {
      const { status: code, stdout, stderr } = await run([...args, ...json], env);
      assert.notEqual(code, 0, args.join(" "));
      assert.deepEqual(foundIn(stdout + stderr, all), [], `${args.join(" ")}: ${stdout}${stderr}`);
    }
  }
});

test("a worker whose store refuses its key ends without saying it", async () => {
  const { endpoint } = stack.session.platform.store;
  const main = fileURLToPath(new URL("../../../worker/training.js", import.meta.url)).replace(
    "training.js",
    "trainingWorker.js",
  );
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...SURROUNDINGS, THAW_PROJECT: stack.folder, THAW_S3_ENDPOINT: endpoint },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => said.push(String(chunk)));
  const [code] = (await once(child, "exit")) as [number];
  assert.notEqual(code, 0);
  assert.match(said.join(""), /training worker: the object store at .* refused/);
});

test("a run with a base from a signed address, whose engine is killed on the way, ends well", async () => {
  const signed = `${origin}/weights.onnx?X-Amz-Signature=${encoded(CANARIES.signature)}&token=${encoded(CANARIES.token)}`;
  const added = await run(["bases", "add", signed, "-n", "signed"]);
  assert.equal(added.status, 0, added.stderr);
  const begun = await run(["run", "--detach", "--json", "--set", "base=signed"]);
  assert.equal(begun.status, 0, begun.stderr);
  const { runId } = JSON.parse(begun.stdout) as { runId: string };
  await waitForStage(stack, runId, "features", (stage) => isComputing(stage) || stage.state === "done");
  const engine = await enginePid(stack);
  assert.ok(engine !== undefined);
  if (process.platform === "linux") {
    assert.deepEqual(given(engine), [], "the engine has them in its environment");
    const names = readFileSync(`/proc/${engine}/environ`, "utf8")
      .split("\0")
      .map((line) => line.split("=")[0] ?? "");
    assert.deepEqual(
      names.filter((name) => /^(AWS|TEMPORAL|KUBE|OTEL_EXPORTER)|PROXY/i.test(name)),
      [],
    );
    for (const { name, pid } of (await status(stack.folder)).services) {
      assert.ok(pid !== undefined, name);
      // `ps` shows them to everybody.
      assert.deepEqual(foundIn(readFileSync(`/proc/${pid}/cmdline`), all), [], `arguments of ${name}`);
      if (name === "temporal") assert.deepEqual(given(pid), [], name);
      if (name === "s3") assert.deepEqual(given(pid), ["the store's own key"], name);
    }
    assert.deepEqual(foundIn(readFileSync(`/proc/${engine}/cmdline`), all), []);
  }
  process.kill(engine, "SIGSEGV");
  const watched = await run(["watch", runId]);
  assert.equal(watched.status, 0, watched.stderr);
  for (const command of [
    ["get", runId],
    ["explain", runId],
    ["logs", runId],
    ["report", runId],
    ["models"],
    ["bases"],
    ["runs"],
  ]) {
    for (const json of [[], ["--json"]]) {
      const outcome = await run([...command, ...json]);
      assert.equal(outcome.status, 0, outcome.stderr);
    }
  }
  const exported = await run(["export", "canaries", "--format", "onnx"]);
  assert.equal(exported.status, 0, exported.stderr);
  await run(["doctor"]);
});

test("a run of files that are no pictures fails in its stage, and one of addresses before", async () => {
  for (const name of ["a/1.png", "a/2.png", "b/1.png", "b/2.png"]) {
    await mkdir(join(stack.folder, "broken", dirname(name)), { recursive: true });
    await writeFile(join(stack.folder, "broken", name), "no picture");
  }
  const failed = await run(["run", "--json", "--set", "data.path=broken"]);
  assert.equal(failed.status, 1, failed.stderr);
  const list = join(stack.folder, "list.csv");
  await writeFile(list, `path,label\nhttps://me:${encoded(CANARIES.password)}@h/1.png,a\n`);
  const refused = await run(["run", "--set", "data.path=list.csv"]);
  await rm(list);
  assert.equal(refused.status, 2, refused.stderr);
});

test("nothing that was said has any of them", () => {
  assert.ok(said.join("").length > 5000);
  assert.deepEqual(foundIn(said.join("\n"), all), []);
});

test("no history has any of them, in payloads, failures and stacks", async () => {
  const { workflow } = stack.session.temporal;
  let histories = 0;
  await until("the runs are listed", async () => {
    for await (const _ of workflow.list()) return true;
    return false;
  });
  for await (const { workflowId } of workflow.list()) {
    const history = await workflow.getHandle(workflowId).fetchHistory();
    const texts = textsIn(history);
    assert.ok(texts.includes("canaries"), "payloads are read");
    assert.deepEqual(foundIn(texts, all), [], workflowId);
    histories += 1;
  }
  assert.ok(histories > 0);
});

test("no object of the store has any of them", async () => {
  const { client, bucket } = stack.session.store;
  let objects = 0;
  for await (const { name } of client.listObjectsV2(bucket, "", true) as AsyncIterable<{ name?: string }>) {
    assert.ok(name !== undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of await client.getObject(bucket, name)) chunks.push(chunk as Buffer);
    assert.deepEqual(foundIn(Buffer.concat(chunks), all), [], name);
    objects += 1;
  }
  assert.ok(objects > 10, String(objects));
});

test("no file of the project has any of them but two, which are for their owner alone, like the keys of the store", () => {
  const { state, record, plan } = layoutOf(stack.folder);
  assert.deepEqual(
    foundBelow(stack.folder, all).sort(),
    [`${plan}: the store's own key`, `${record}: the store's own key`].sort(),
  );
  const files = [record, plan, ...["s3.key", "security.toml"].map((name) => join(state, name))];
  assert.deepEqual(
    files.map((file) => (statSync(file).mode & 0o777).toString(8)),
    ["600", "600", "600", "600"],
  );
  assert.equal((statSync(state).mode & 0o777).toString(8), "700");
});

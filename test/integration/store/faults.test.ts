/** A real S3 server behind faults: calls survive them or fail with the right error, and no artifact is ever wrong. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { lookUp } from "../../../activities/light/findArtifact.js";
import { loadPlatform } from "../../../runtime/platform.js";
import type { StageRequest } from "../../../spec/pipeline/activities.js";
import {
  type ArtifactManifest,
  artifactIsWhole,
  commitArtifact,
  downloadArtifactFile,
  findManifest,
} from "../../../store/artifacts/artifacts.js";
import { sha256 } from "../../../store/artifacts/keys.js";
import { openStore, patientStore, type Store } from "../../../store/connection/connection.js";
import { transport } from "../../../store/connection/transport.js";
import { listNames } from "../../../store/json.js";
import { type Fault, type FaultProxy, startFaultProxy } from "../../support/services/faultProxy.js";
import { type StoreStack, sharedStore } from "../../support/services/storeStack.js";

let stack: StoreStack;
let proxy: FaultProxy;
/** Straight to the server, through the proxy, and through it with patience. */
let direct: Store;
let spoilt: Store;
let patient: Store;
before(async () => {
  stack = await sharedStore();
  direct = stack.store;
  const { store } = await loadPlatform(stack.project);
  proxy = await startFaultProxy(store.endpoint);
  spoilt = openStore({ ...store, endpoint: proxy.endpoint });
  // The client asks for the bucket's region once, before its first request of another kind.
  await findManifest(spoilt, "head", sha256("none"));
  patient = patientStore(spoilt, { milliseconds: 60_000, signal: new AbortController().signal });
});
after(async () => {
  await proxy.close();
  await stack.close();
});

let serial = 0;
async function newArtifact() {
  const folder = join(stack.folder, "made", String(serial++));
  await mkdir(folder, { recursive: true });
  const content = randomBytes(300_000);
  await writeFile(join(folder, "weights.bin"), content);
  const key = sha256(`artifact ${serial}`);
  const files = { "weights.bin": join(folder, "weights.bin") };
  const described = { parameters: {}, inputs: {}, summary: { serial }, engine: null, seconds: 1 };
  return { content, artifact: { kind: "head", key, files, ...described } };
}

/** What the server itself has of the artifact is what was made. */
async function assertStored(manifest: ArtifactManifest, content: Buffer): Promise<void> {
  const copy = join(stack.folder, "copies", `${serial++}.bin`);
  assert.deepEqual(await findManifest(direct, manifest.kind, manifest.key), manifest);
  assert.equal(await artifactIsWhole(direct, manifest), true);
  await downloadArtifactFile(direct, manifest, "weights.bin", copy);
  assert.ok((await readFile(copy)).equals(content));
}

/** Spoils the first `times` requests with that method and in that part of the bucket. */
function spoil(method: string, part: string, fault: Fault, times: number): void {
  let left = times;
  proxy.spoil((request) => {
    if (request.method !== method || !request.path.includes(part) || left === 0) return undefined;
    left -= 1;
    return fault;
  });
}

describe("uploads", () => {
  const faults: readonly (readonly [name: string, part: string, fault: Fault, times?: number])[] = [
    ["503 for the data", "/objects/", { kind: "status", status: 503 }],
    ["503 for the manifest", "/artifacts/", { kind: "status", status: 503 }],
    ["data cut on the way", "/objects/", { kind: "cut-request", bytes: 100_000 }],
    ["a manifest cut on the way", "/artifacts/", { kind: "cut-request", bytes: 20 }],
    // The second try finds the data there.
    ["a lost answer to the data", "/objects/", { kind: "lost-answer" }, 1],
  ];
  for (const [name, part, fault, times = 3] of faults) {
    test(`survive ${name}, and are whole`, async () => {
      const { artifact, content } = await newArtifact();
      spoil("PUT", part, fault, times);
      const { manifest, won } = await commitArtifact(patient, artifact);
      assert.equal(proxy.spoilt(), times);
      assert.equal(won, true);
      await assertStored(manifest, content);
    });
  }

  test("whose commit was done and not heard of have won, once", async () => {
    const { artifact, content } = await newArtifact();
    spoil("PUT", "/artifacts/", { kind: "lost-answer" }, 1);
    const { manifest, won } = await commitArtifact(patient, artifact);
    assert.deepEqual([proxy.spoilt(), won], [1, true]);
    await assertStored(manifest, content);
    const again = await commitArtifact(patient, artifact);
    assert.deepEqual(again, { manifest, won: false });
  });

  test("without patience fail as STORE_UNREACHABLE, and nothing is committed", async () => {
    for (const fault of [
      { kind: "status", status: 503 },
      { kind: "cut-request", bytes: 100_000 },
    ] as const) {
      const { artifact } = await newArtifact();
      spoil("PUT", "/objects/", fault, 100);
      await assert.rejects(commitArtifact(spoilt, artifact), { code: "STORE_UNREACHABLE" });
      assert.equal(await findManifest(direct, artifact.kind, artifact.key), undefined);
    }
  });
});

describe("downloads", () => {
  let manifest: ArtifactManifest;
  let content: Buffer;
  before(async () => {
    const made = await newArtifact();
    content = made.content;
    ({ manifest } = await commitArtifact(direct, made.artifact));
  });
  const newFolder = (): string => join(stack.folder, "downloads", String(serial++));

  for (const fault of [
    { kind: "status", status: 503 },
    { kind: "cut-answer", bytes: 100_000 },
    { kind: "lost-answer" },
    { kind: "late", milliseconds: 1_000 },
  ] as const) {
    test(`survive ${fault.kind}`, async () => {
      const folder = newFolder();
      spoil("GET", "/objects/", fault, 3);
      await downloadArtifactFile(patient, manifest, "weights.bin", join(folder, "copy"));
      assert.ok(proxy.spoilt() >= 1);
      assert.ok((await readFile(join(folder, "copy"))).equals(content));
      assert.deepEqual(await readdir(folder), ["copy"]);
    });
  }

  for (const [fault, code] of [
    [{ kind: "cut-answer", bytes: 100_000 }, "STORE_UNREACHABLE"],
    [{ kind: "short-answer", bytes: 100_000 }, "ARTIFACT_CORRUPT"],
    [{ kind: "flipped-bit" }, "ARTIFACT_CORRUPT"],
  ] as const) {
    test(`of a ${fault.kind} without patience fail as ${code} and leave no file`, async () => {
      const folder = newFolder();
      spoil("GET", "/objects/", fault, 100);
      const download = downloadArtifactFile(spoilt, manifest, "weights.bin", join(folder, "copy"));
      await assert.rejects(download, { code });
      assert.deepEqual(await readdir(folder), []);
    });
  }

  test("waiting for a store ends when nobody wants it any more", async () => {
    const wanted = new AbortController();
    const store = patientStore(spoilt, { milliseconds: 60_000, signal: wanted.signal });
    spoil("GET", "/objects/", { kind: "status", status: 503 }, 1_000);
    const download = downloadArtifactFile(store, manifest, "weights.bin", join(newFolder(), "copy"));
    setTimeout(() => wanted.abort(new Error("cancelled")), 500);
    await assert.rejects(download, /cancelled/);
  });
});

test("a manifest that was read wrongly once is not thrown away", async () => {
  const stage = {
    name: "ingest",
    kind: "head",
    codeVersion: 1,
    parameters: {},
    inputs: [],
    usesEngine: false,
  };
  const request = { run: {}, stage, inputs: {} } as unknown as StageRequest;
  const dependencies = { store: spoilt, engineFingerprint: "none", workFolder: stack.folder };
  const { key } = await lookUp(dependencies, request);
  const { artifact } = await newArtifact();
  const { manifest } = await commitArtifact(direct, { ...artifact, key });
  spoil("GET", "/artifacts/", { kind: "short-answer", bytes: 20 }, 1);
  const found = await lookUp(dependencies, request);
  assert.equal(proxy.spoilt(), 1);
  assert.deepEqual(found.manifest, manifest);
  assert.deepEqual(await listNames(direct, `artifacts/head/${key}/`), [
    `artifacts/head/${key}/manifest.json`,
  ]);
});

test("a request on which nothing moves ends; a slow one goes on", async (t) => {
  const server = createServer((incoming, outgoing) => {
    outgoing.writeHead(200);
    outgoing.write("begun");
    if (incoming.url === "/stuck") return;
    let written = 0;
    const timer = setInterval(() => {
      outgoing.write("more");
      written += 1;
      if (written < 10) return;
      clearInterval(timer);
      outgoing.end();
    }, 100);
  });
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const get = async (path: string): Promise<string> => {
    const asked = transport(600).request({ protocol: "http:", host: "127.0.0.1", port, path });
    // As the S3 client does; the body fails too.
    asked.on("error", () => undefined);
    asked.end();
    const [answer] = (await once(asked, "response")) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  assert.equal(await get("/slow"), `begun${"more".repeat(10)}`);
  await assert.rejects(get("/stuck"), { code: /^(ETIMEDOUT|ECONNRESET)$/ });
});

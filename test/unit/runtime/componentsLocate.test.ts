/** Finding components: nothing in an empty cache, the user's own programs first, what doctor says. */
import assert from "node:assert/strict";
import { chmodSync, createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, test } from "node:test";
import { type ComponentName, inspect, locate } from "../../../runtime/components/components.js";
import { isAtLeast, versionIn } from "../../../runtime/components/onPath.js";
import { TEMPORAL } from "../../../runtime/components/pins.js";
import { runProgram } from "../../../runtime/components/program.js";
import { engineFingerprint } from "../../../runtime/components/tensorflow/engineFingerprint.js";
import { libtensorflow } from "../../../runtime/components/tensorflow/libtensorflow.js";
import { loadedPart } from "../../../runtime/components/tensorflow/loadedPart.js";
import { NODE_RANGE } from "../../../runtime/components/tools.js";
import type { ThawError } from "../../../spec/errors.js";
import { scratchFolder } from "./componentsSupport.js";

const PATH = process.env.PATH;
const NAMES: readonly ComponentName[] = [
  "libtensorflow",
  "tfjs-binding",
  "temporal",
  "s3-server",
  "base-weights:efficientnet-lite0",
  "base-weights:efficientnet-lite1",
  "base-weights:efficientnet-lite2",
  "emoji-images",
];

beforeEach(() => {
  process.env.THAW_CACHE = scratchFolder();
  process.env.PATH = PATH;
});

/** Puts a program of that name, a shell script, alone on the PATH. */
function onPath(program: string, script: string): string {
  const folder = scratchFolder();
  const path = join(folder, program);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env.PATH = folder;
  return path;
}

for (const name of NAMES) {
  test(`${name} is not found in an empty cache`, async () => {
    process.env.PATH = scratchFolder();
    assert.equal(await locate(name), undefined);
  });
}

test("a program on the PATH is used if it works and is new enough", async () => {
  const path = onPath("temporal", `echo "temporal version ${TEMPORAL.version} (Server 1.32.0, UI 2.54.1)"`);
  const found = { name: "temporal", path, version: TEMPORAL.version, from: "PATH" };
  assert.deepEqual(await locate("temporal"), found);
  onPath("temporal", "echo temporal version 1.6.2");
  assert.equal(await locate("temporal"), undefined, "an old one");
  onPath("temporal", "exit 1");
  assert.equal(await locate("temporal"), undefined, "a broken one");
  chmodSync(onPath("temporal", `echo ${TEMPORAL.version}`), 0o644);
  assert.equal(await locate("temporal"), undefined, "a file that is no program");
});

test("versions are read and compared part by part", () => {
  assert.equal(versionIn("version 8000GB 4.48 pypi linux amd64"), "4.48");
  assert.equal(versionIn("g++ (Debian 12.2.0-14+deb12u1) 12.2.0"), "12.2.0");
  assert.equal(versionIn("no number"), undefined);
  const cases: [string, string, boolean][] = [
    ["1.10.0", "1.9.1", true],
    ["1.9", "1.9.0", true],
    ["1.9.0", "1.9.1", false],
    ["4.48", "4.48", true],
    ["2.0", "10.0", false],
  ];
  for (const [version, minimum, expected] of cases)
    assert.equal(isAtLeast(version, minimum), expected, version);
});

test("doctor names every missing component with the command that mends it", async () => {
  process.env.PATH = scratchFolder();
  const lines = await inspect();
  for (const name of [...NAMES, "g++", "python3 with pip"]) {
    const line = lines.find((candidate) => candidate.name === name);
    assert.ok(line?.problem && line.fix, `${name}: ${JSON.stringify(line)}`);
    assert.equal(line.found, undefined);
  }
  const node = lines.find(({ name }) => name === "node");
  assert.equal(node?.found?.version, process.versions.node);
  assert.equal(node?.problem, undefined);
});

test("doctor's range of Node.js versions is that of package.json", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8"));
  assert.equal(engines.node, `>=${NODE_RANGE.oldest} <${NODE_RANGE.below}`);
});

test("the engine's fingerprint names engine, versions and machine", () => {
  const machine = `${process.platform}-${process.arch}`;
  assert.match(engineFingerprint(), /^cpu tfjs-node \d+\.\d+\.\d+ libtensorflow \d+\.\d+\.\d+ /);
  assert.ok(engineFingerprint().endsWith(machine));
  process.env.THAW_ENGINE = "gpu";
  // cuDNN computes the convolutions there.
  assert.match(engineFingerprint(), /^gpu tfjs-node-gpu \S+ libtensorflow \S+ cudnn \d+\.\d+\.\d+\.\d+ /);
  process.env.THAW_ENGINE = "tpu";
  assert.throws(engineFingerprint, (error: ThawError) => error.code === "USAGE");
  delete process.env.THAW_ENGINE;
});

test("each engine has its own folder, and the processors' keeps its name", () => {
  const [cpu, gpu] = [libtensorflow("cpu"), libtensorflow("gpu")];
  assert.match(cpu.folder, /^libtensorflow-\d+\.\d+\.\d+-/);
  assert.match(gpu.folder, /^libtensorflow-cudnn-/);
  assert.notEqual(cpu.sha256, gpu.sha256);
});

test("doctor misses nothing that only embedded services need where they are elsewhere", async () => {
  process.env.PATH = scratchFolder();
  const lines = await inspect(false);
  for (const name of ["temporal", "s3-server", "emoji-images"]) {
    assert.equal(lines.find((line) => line.name === name)?.problem, undefined, name);
  }
  assert.ok(lines.find(({ name }) => name === "libtensorflow")?.problem);
});

/** The start of a file in pieces smaller than an ELF header, the rest as it comes. */
async function* inSmallPieces(path: string): AsyncGenerator<Buffer> {
  let first = true;
  for await (const chunk of createReadStream(path)) {
    const pieces = first
      ? Array.from({ length: 100 }, (_, index) => chunk.subarray(index * 40, index * 40 + 40))
      : [];
    yield* pieces;
    yield first ? chunk.subarray(4000) : chunk;
    first = false;
  }
}

test("a program without what only debuggers read still runs", {
  skip: process.platform !== "linux" && "no ELF here",
}, async () => {
  const cut = join(scratchFolder(), "node");
  const chunks: Buffer[] = [];
  for await (const chunk of loadedPart(inSmallPieces(process.execPath))) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  writeFileSync(cut, bytes, { mode: 0o755 });
  assert.equal(await runProgram(cut, ["--version"]), `${process.version}\n`);
  const original = readFileSync(process.execPath);
  assert.ok(bytes.length < original.length);
  assert.ok(bytes.subarray(64).equals(original.subarray(64, bytes.length)), "bytes of the segments changed");
});

test("a library that ends too early is refused", async () => {
  async function* half(): AsyncGenerator<Buffer> {
    yield readFileSync(process.execPath).subarray(0, 100_000);
  }
  await assert.rejects(async () => {
    for await (const _ of loadedPart(half()));
  }, /ends before its last segment/);
});

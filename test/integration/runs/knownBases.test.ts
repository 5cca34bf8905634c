/** `thaw bases add` of a name of the catalogue: what is known is filled in, the file is pinned, another one is refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type AskedBase, completeBase, type KnownBase } from "../../../client/bases/known.js";
import { addBase, describeBase } from "../../../client/bases/registry.js";
import { resolveBase } from "../../../client/bases/resolve.js";
import { keepEngine } from "../../../client/localEngine.js";
import { knownBase } from "../../../learn/bases/known/known.js";
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { PIXEL_SCALES } from "../../../spec/pixelScales.js";
import { localBase } from "../../../store/artifacts/localBase.js";
import { specDigest } from "../../../store/artifacts/specDigest.js";
import { ensureBucket } from "../../../store/connection/connection.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import type { Stack } from "../../support/services/stack.js";
import { type Content, type StaticServer, serve } from "../../support/services/staticServer.js";
import { madeUp, networkNamed, stateDict } from "../../unit/learn/torchSupport.js";

const content = new Map<string, Content>();
let stack: Stack;
const endEngine = keepEngine();
let server: StaticServer;
before(async () => {
  stack = await sharedServices();
  await ensureBucket(stack.session.store);
  server = await serve(content);
});
after(async () => {
  await endEngine();
  await server.close();
  await stack.close();
});

/** Made up once: millions of numbers. Of a ResNet-18 there would be three times as many. */
const ARCHITECTURE = "mobilenetv2";
const NETWORK = stateDict(networkNamed(ARCHITECTURE, "torchvision"));
const FIRST = "features.0.0.weight";

/** A network with made-up weights, as safetensors at `/PATH` of the server. @returns its SHA-256 */
async function publish(
  path: string,
  prefix: string,
  others: Iterable<[string, CheckpointTensor]> = [],
): Promise<string> {
  const file = join(stack.folder, "published.safetensors");
  const named = [...NETWORK].map(([name, tensor]): [string, CheckpointTensor] => [prefix + name, tensor]);
  await writeSafetensors(file, new Map([...named, ...others]));
  const data = await readFile(file);
  content.set(`/${path}`, { type: "application/octet-stream", data });
  return createHash("sha256").update(data).digest("hex");
}

/** An entry of the catalogue whose file lies on the server. */
const entry = (name: string, path: string, own: Partial<KnownBase> = {}): KnownBase => {
  const known = knownBase(name);
  assert.ok(known);
  return { ...known, url: `${server.origin}/${path}`, ...own };
};

/** Adds it as the command does. Small pictures: less work. */
async function add(known: KnownBase, own: Partial<AskedBase> = {}, sha256?: string) {
  const { store } = stack.session;
  const asked = { from: known.name, size: 64, ...own };
  const completed = await completeBase(store, asked, sha256, (name) =>
    name === known.name ? known : undefined,
  );
  const added = await addBase(store, completed.request, completed.fetching);
  return { added, pin: completed.known?.pin };
}

test("input, licence and origin are the catalogue's, and the file is held to its digits", async () => {
  const { sha256: _digits, ...bare } = entry("torchvision/mobilenet-v2", "mobilenet-v2.pth");
  const digest = await publish("mobilenet-v2.pth", "");
  const known = { ...bare, sha256: digest.slice(0, 8) };
  const { added, pin } = await add(known);
  assert.deepEqual(pin, { by: "publisher", digits: digest.slice(0, 8) });
  assert.deepEqual(
    [added.name, added.version, added.known, added.architecture, added.checkpoint.digest],
    ["torchvision-mobilenet-v2", 1, "torchvision/mobilenet-v2", ARCHITECTURE, digest],
  );
  assert.deepEqual([added.licence, added.source], [known.licence, known.source]);
  assert.deepEqual(describeBase(added).input, {
    size: 64,
    cropFraction: 224 / 256,
    kernel: "linear",
    pixelScale: PIXEL_SCALES.imagenet,
  });
  const spec = await resolveBase(stack.session.store, "torchvision-mobilenet-v2");
  assert.ok(spec);
  assert.equal(spec.origin.licence, known.licence);
  // How pictures are brought to its size decides its numbers, and reaches the engine.
  const { view: _view, digest: _digest, ...plain } = spec;
  assert.notEqual(specDigest(plain), spec.digest);
  const local = await localBase(
    stack.session.store,
    join(stack.folder, "work"),
    "torchvision-mobilenet-v2",
    spec,
    () => Promise.reject(new Error("it has a checkpoint of its own")),
    () => undefined,
  );
  assert.deepEqual(local.view, { cropFraction: 224 / 256, kernel: "linear" });
  // Another file, whose publisher's digits are other ones.
  await assert.rejects(
    add({ ...known, name: "torchvision/other", sha256: "00000000" }),
    ({ code, message, hint }: { code: string; message: string; hint: string }) => {
      assert.equal(code, "DATA_INVALID");
      assert.match(message, /not one that begins with 00000000/);
      return /do not use this file/.test(hint);
    },
  );
});

test("of a file whose digest nobody tells the first one counts, until another is named", async () => {
  const first = await publish("places.pth.tar", "module.");
  const known = entry("places365/resnet18", "places.pth.tar", { architecture: ARCHITECTURE });
  assert.deepEqual((await add(known)).pin, { by: "nobody" });
  const again = await add(known);
  assert.deepEqual(again.pin, { by: "first use", base: "places365-resnet18@1", digits: first });
  assert.equal(again.added.version, 1, "it is the same base");
  const more: [string, CheckpointTensor] = ["more", madeUp("more", [4])];
  const other = await publish("places.pth.tar", "module.", [more]);
  assert.notEqual(other, first);
  await assert.rejects(add(known), ({ code, hint }: { code: string; hint: string }) => {
    assert.equal(code, "DATA_INVALID");
    return /places365-resnet18@1 was added from the same address with another file.*--sha256/.test(hint);
  });
  assert.equal((await add(known, {}, other)).added.version, 2, "named, it is taken");
});

test("of a detector the body, of a network of radiographs a kernel for three channels", async () => {
  await publish("rcnn.pth", "backbone.body.", [["rpn.head.weight", madeUp("rpn.head.weight", [3, 4])]]);
  const known = entry("torchvision/fasterrcnn-resnet50-fpn", "rcnn.pth", { architecture: ARCHITECTURE });
  const { sha256: _digits, ...bare } = known;
  const { added } = await add(bare, { name: "coco" });
  assert.deepEqual([added.name, added.weights?.prefix], ["coco", "backbone.body."]);
  await publish("rays.pt", "", [[FIRST, madeUp(FIRST, [32, 1, 3, 3])]]);
  const rays = entry("torchxrayvision/resnet50-all", "rays.pt", { architecture: ARCHITECTURE });
  const grey = await add(rays);
  assert.equal(grey.added.weights?.oneChannel, true);
  assert.deepEqual(describeBase(grey.added).input.pixelScale, PIXEL_SCALES["-1024..1024"]);
  await publish("bands.pt", "", [[FIRST, madeUp(FIRST, [32, 13, 3, 3])]]);
  const bands = entry("torchgeo/resnet18-sentinel2-rgb-moco", "bands.pt", { architecture: ARCHITECTURE });
  await assert.rejects(add(bands), /takes pictures of 13 channels/);
  const shown = await add(bands, { bands: [4, 3, 2] });
  assert.deepEqual(shown.added.weights?.bands, { count: 13, shown: [4, 3, 2] });
  assert.ok(shown.added.golden);
});

test("what cannot be fetched, is not known, or has all said already is refused with what to do", async () => {
  const refused = (...args: string[]): Promise<string> => thawRefusal(stack.folder, "bases", "add", ...args);
  assert.match(await refused("radimagenet/resnet50"), /no address that thaw could ask[\s\S]*download/);
  assert.match(
    await refused("torchvision/resnet5"),
    /neither a file nor a name of the catalogue[\s\S]*did you mean [\s\S]*torchvision\/resnet50/,
  );
  assert.match(await refused("torchvision/resnet50", "--arch", "resnet18"), /leave --arch out/);
  assert.match(await refused("own.pth", "--name", "own"), /--arch must be given for own\.pth/);
  assert.match(
    await refused("own.pth", "-n", "own", "-a", "resnet18", "--scale", "imagenet", "--mean", "0"),
    /--scale stands for --mean and --std/,
  );
});

test("a file that lies under a name of the catalogue is the user's own, whose licence is asked for", async () => {
  await mkdir(join(stack.folder, "timm"), { recursive: true });
  await publish("own", "");
  await rename(join(stack.folder, "published.safetensors"), join(stack.folder, "timm/resnet18.a1_in1k"));
  assert.match(
    await thawRefusal(stack.folder, "bases", "add", "timm/resnet18.a1_in1k"),
    /--name and --arch must be given/,
  );
  const { status, stderr } = await thaw(
    [
      "bases",
      "add",
      "timm/resnet18.a1_in1k",
      "-n",
      "mine",
      "-a",
      ARCHITECTURE,
      "--scale",
      "-1..1",
      "--size",
      "64",
    ],
    { cwd: stack.folder },
  );
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Its input: RGB, 64 × 64 pixels[\s\S]*\(--scale -1\.\.1\)[\s\S]*crop is guessed/);
  assert.match(stderr, /Licence of the base mine – not stated[\s\S]*`--licence TEXT` states it/);
  const { bases } = await thawJson<{ bases: { name: string; guessed?: string[]; trainedOn?: string }[] }>(
    stack.folder,
    "bases",
  );
  const mine = bases.find(({ name }) => name === "mine");
  assert.deepEqual([mine?.guessed, mine?.trainedOn], [["crop"], "RGB"]);
});

test("the catalogue is listed without a store, in a folder without a run", async () => {
  const empty = join(stack.folder, "empty");
  await mkdir(empty);
  await writeFile(join(empty, "note.txt"), "");
  const { known } = await thawJson<{ known: { name: string; concern?: string }[] }>(
    empty,
    ...["bases", "search", "xray"],
  );
  assert.ok(known.some(({ name }) => name === "torchxrayvision/densenet121-all"));
  assert.ok(known.every(({ concern }) => concern === "unknown"));
  const nothing = await thaw(["bases", "search", "nothing-like-that"], { cwd: empty });
  assert.deepEqual([nothing.status, nothing.stdout], [0, ""]);
  assert.match(nothing.stderr, /Nothing in the catalogue has nothing-like-that/);
});

/** `thaw bases add` before checkpoints of several networks, and of networks that cannot work: said, chosen, refused. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { addBase } from "../../../client/bases/registry.js";
import { resolveBase } from "../../../client/bases/resolve.js";
import { keepEngine } from "../../../client/localEngine.js";
import { findArchitecture } from "../../../learn/bases/architectures.js";
import { readStateDicts } from "../../../learn/import/checkpoint.js";
import type { CheckpointTensor } from "../../../learn/import/tensorViews.js";
import { allTaken } from "../../../learn/import/torchUnits.js";
import { writeSafetensors } from "../../../learn/safetensors.js";
import { baseCheckpoint } from "../../../runtime/components/download/baseCheckpoint.js";
import { ensureBucket } from "../../../store/connection/connection.js";
import { readBase } from "../../../store/records/bases.js";
import { thaw, thawJson, thawRefusal } from "../../support/cli/thaw.js";
import { kerasFile, normalizationGroup } from "../../support/models/kerasFile.js";
import { pickledNetwork } from "../../support/models/pickledNetwork.js";
import { sharedServices } from "../../support/services/sharedStack.js";
import { addSmallBase, SMALL_BASE, SMALL_GOLDEN } from "../../support/services/smallBase.js";
import type { Stack } from "../../support/services/stack.js";
import { fixture } from "../../unit/learn/support.js";
import { madeUp, type RecordedNetwork, stateDict } from "../../unit/learn/torchSupport.js";

let stack: Stack;
const endEngine = keepEngine();
let published: Map<string, CheckpointTensor>;
before(async () => {
  stack = await sharedServices();
  await ensureBucket(stack.session.store);
  const [dict] = await readStateDicts(await baseCheckpoint("efficientnet-lite0"));
  assert.ok(dict);
  published = dict.read(dict.shapes.keys());
});
after(async () => {
  await endEngine();
  await stack.close();
});

/** The published network; those of its tensors with that ending are changed. */
function changed(ending: string, change: (value: number, i: number) => number) {
  return [...published].map(([name, { shape, data }]): [string, CheckpointTensor] => [
    name,
    { shape, data: name.endsWith(ending) ? data.map(change) : data },
  ]);
}

const save = (file: string, tensors: Iterable<[string, CheckpointTensor]>): Promise<void> =>
  writeSafetensors(join(stack.folder, file), new Map(tensors));
const add = (file: string, name: string, ...more: string[]): string[] => [
  ...["bases", "add", file, "--name", name, "--arch", "efficientnet-lite0", "--size", "64"],
  ...more,
];

test("the small base of other tests is what is registered of its checkpoint", async () => {
  const { store } = stack.session;
  const registered = await addSmallBase(store);
  const { name: _name, ...small } = SMALL_BASE;
  const from = await baseCheckpoint(SMALL_BASE.architecture);
  const added = await addBase(store, { ...small, from, name: SMALL_BASE.name });
  assert.deepEqual(added, registered, "known already, its golden vector apart");
  const { golden } = await addBase(store, { ...small, from, name: "tried" });
  assert.ok(golden);
  assert.deepEqual({ ...golden, scale: 0, features: [] }, { ...SMALL_GOLDEN, scale: 0, features: [] });
  for (const [i, value] of [golden.scale, ...golden.features].entries()) {
    const known = i === 0 ? SMALL_GOLDEN.scale : (SMALL_GOLDEN.features[i - 1] ?? Number.NaN);
    assert.ok(Math.abs(value - known) < 1e-3 * SMALL_GOLDEN.scale, `${value}, not ${known}`);
  }
});

test("of two networks of the same rank none is taken before one is chosen, and that is said", async () => {
  const both = [
    ...changed("_fc.bias", (value) => value).map(([name, tensor]) => [`model.${name}`, tensor]),
    ...changed("_conv_head.weight", (value) => value / 2).map(([name, tensor]) => [`ema.${name}`, tensor]),
  ] as [string, CheckpointTensor][];
  await save("both.safetensors", both);
  // Names in a safetensors file are sorted.
  assert.match(
    await thawRefusal(stack.folder, ...add("both.safetensors", "own")),
    /holds 2 networks that fit: ema\., model\.[\s\S]*--prefix ema\./,
  );
  const { stdout, stderr } = await thaw(add("both.safetensors", "own", "--prefix", "ema"), {
    cwd: stack.folder,
  });
  assert.match(stdout, /own@1/);
  assert.match(
    stderr,
    /Taken from the file: ema\.; the prefix ema\. was taken off its names\. The file also holds model\., which `--weights model\.` would take\./,
  );
  const other = await thawJson<{ version: number; weights: object }>(
    stack.folder,
    ...add("both.safetensors", "own", "--weights", "model"),
  );
  assert.deepEqual(
    [other.version, other.weights],
    [2, { name: "model.", prefix: "model.", others: ["ema."] }],
  );
  const { store } = stack.session;
  const [first, second] = [await resolveBase(store, "own@1"), await resolveBase(store, "own@2")];
  assert.deepEqual([first?.weights, second?.weights], ["ema.", "model."]);
  assert.equal(first?.checkpoint?.digest, second?.checkpoint?.digest);
  assert.notEqual(first?.digest, second?.digest);
  assert.match(
    await thawRefusal(stack.folder, ...add("both.safetensors", "own", "--weights", "teacher")),
    /no weights called "teacher" that fit[\s\S]*it has ema\., model\./,
  );
});

test("the order of colours that its user states is the base's, and no other order changes anything", async () => {
  await save("own.safetensors", published);
  const { store } = stack.session;
  const registered = async (...more: string[]) => {
    const { version } = await thawJson<{ version: number }>(
      stack.folder,
      ...add("own.safetensors", "colours", ...more),
    );
    return { record: await readBase(store, "colours", version), spec: await resolveBase(store, "colours") };
  };
  const plain = await registered();
  const usual = await registered("--colour-order", "rgb");
  const turned = await registered("--colour-order", "BGR");
  assert.deepEqual(usual, plain);
  assert.deepEqual([turned.record?.colourOrder, turned.record?.weights?.blueFirst], ["bgr", true]);
  assert.equal(turned.record?.checkpoint.digest, plain.record?.checkpoint.digest);
  assert.notEqual(turned.spec?.digest, plain.spec?.digest);
  assert.deepEqual([plain.spec?.trainedOn, turned.spec?.trainedOn], [undefined, "BGR"]);
  assert.notDeepEqual(turned.record?.golden?.features, plain.record?.golden?.features);
  assert.match(
    await thawRefusal(stack.folder, ...add("own.safetensors", "colours", "--colour-order", "grey")),
    /It must be rgb or bgr/,
  );
});

test("a file of Keras becomes a base, and what was done to it is told", async () => {
  const networks = fixture<readonly { name: string; tensors: RecordedNetwork["tensors"] }[]>(
    "networks/kerasNetworks.json",
  );
  const recorded = networks.find(({ name }) => name === "mobilenetv2-keras");
  assert.ok(recorded);
  await writeFile(join(stack.folder, "model.h5"), kerasFile(stateDict(recorded)));
  const { stdout, status } = await thaw(
    ["bases", "add", "model.h5", "--name", "keras", "--arch", "mobilenetv2-keras", "--size", "64"],
    { cwd: stack.folder },
  );
  assert.deepEqual([status, stdout.trim()], [0, "keras@1"]);
  const base = await resolveBase(stack.session.store, "keras");
  assert.equal(base?.architecture, "mobilenetv2-keras");
  assert.ok(base?.golden);
  // Another network than the file's is refused with what is missing.
  assert.match(
    await thawRefusal(
      stack.folder,
      ...["bases", "add", "model.h5", "--name", "other", "--arch", "resnet50-keras"],
    ),
    /tensor conv1_conv\.weight is missing[\s\S]*keras\.applications/,
  );
});

test("a whole pickled network becomes the base that its state dict becomes", async () => {
  await writeFile(join(stack.folder, "whole.pt"), pickledNetwork([...published]));
  await save(
    "dict.safetensors",
    changed("", (value) => value),
  );
  const whole = await thaw(add("whole.pt", "whole"), { cwd: stack.folder });
  assert.deepEqual([whole.status, whole.stdout.trim()], [0, "whole@1"], whole.stderr);
  await thawJson(stack.folder, ...add("dict.safetensors", "dict"));
  const { store } = stack.session;
  const [one, other] = [await resolveBase(store, "whole"), await resolveBase(store, "dict")];
  assert.ok(one?.golden);
  assert.deepEqual(one.golden, other?.golden);
});

test("what a file of Keras says of its pixels becomes the base's scale, or has to be said", async () => {
  const { architecture, namings } = findArchitecture("efficientnet-b0-keras");
  const [naming] = namings;
  assert.ok(naming);
  const state = new Map(
    allTaken(architecture, naming).map(({ theirs, shape }) => [theirs, madeUp(theirs, shape)]),
  );
  const own = normalizationGroup("normalization", [0.5, 0.5, 0.5], [0.25, 0.25, 0.25]);
  const options = ["--name", "scaled", "--arch", "efficientnet-b0-keras", "--size", "32"];
  await writeFile(join(stack.folder, "own.h5"), kerasFile(state, { normalization: own }));
  const { preprocessing, guessed } = await thawJson<{
    preprocessing: { scale?: string; mean: number; deviation: number };
    guessed?: string[];
  }>(stack.folder, ...["bases", "add", "own.h5", ...options]);
  const { scale, mean, deviation } = preprocessing;
  assert.deepEqual([scale, mean, deviation], ["-1..1", 127.5, 127.5]);
  assert.ok(!guessed?.includes("scale"), "it is the file that says it");
  const before = normalizationGroup("before", [0, 0, 0], [1, 1, 1]);
  await writeFile(join(stack.folder, "two.h5"), kerasFile(state, { normalization: own, before }));
  assert.match(
    await thawRefusal(stack.folder, "bases", "add", "two.h5", ...options),
    /two\.h5 has layers of its own that scale pixels[\s\S]*--scale/,
  );
});

for (const [what, ending, change, said] of [
  ["a negative variance", "_bn1.running_var", () => -0.5, /variances of .* are below zero/],
  ["zeros alone", "", () => 0, /broken\.safetensors: all weights are zero/],
  ["a value that is no number", "_fc.weight", () => Number.NaN, /holds values that are no numbers/],
  [
    "features that are all the same",
    // The last batch norm, which is followed by a clip at nought.
    "_bn1.bias",
    () => -1e6,
    /the base broken gives no usable features: of a drawn picture, all 1280 are the same/,
  ],
] as const) {
  test(`${what}: refused when it is added`, async () => {
    await save("broken.safetensors", changed(ending, change));
    // With exit code 2.
    assert.match(await thawRefusal(stack.folder, ...add("broken.safetensors", "broken")), said);
  });
}

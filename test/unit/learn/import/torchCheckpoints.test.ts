/** Checkpoints of ResNet and MobileNetV2: whose names are understood, and what is refused in which words. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { writeSafetensors } from "../../../../learn/safetensors.js";
import { ThawError } from "../../../../spec/errors.js";
import { largestDifference, temporaryFolder } from "../support.js";
import { importState, networkNamed, stateDict } from "../torchSupport.js";

const mobilenet = findArchitecture("mobilenetv2");
const resnet = findArchitecture("resnet18");
/** Made up once: they are eleven million numbers. */
const made = stateDict(networkNamed("resnet18", "torchvision"));
const state = () => new Map(made);
const numbered = (shape: readonly number[]): CheckpointTensor => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

test("the names of torchvision and of timm lead to the same layers of MobileNetV2", () => {
  const timm = stateDict(networkNamed("mobilenetv2", "timm"));
  const torchvision = stateDict(networkNamed("mobilenetv2", "torchvision"));
  // Both list their layers in the order in which they run.
  const renamed = new Map([...torchvision.values()].map((tensor, i) => [[...timm.keys()][i] ?? "", tensor]));
  const own = importState(mobilenet, torchvision);
  const other = importState(mobilenet, renamed);
  assert.deepEqual([...other.keys()], [...own.keys()]);
  for (const [name, { data }] of own) {
    assert.equal(largestDifference(other.get(name)?.data ?? [], data), 0, name);
  }
});

test("a checkpoint file is read, its classifier and a user's own head are left", async (context) => {
  const path = join(await temporaryFolder(context), "resnet18.safetensors");
  const extra = ["fc.weight", "fc.0.running_mean", "fc.0.bias"].map((name) => [name, numbered([7])] as const);
  await writeSafetensors(path, new Map([...state(), ...extra]));
  const loaded = await resnet.load(path);
  assert.deepEqual([...loaded.keys()], [...importState(resnet, state()).keys()]);
});

interface Refusal {
  readonly what: string;
  readonly base?: typeof resnet;
  change(tensors: Map<string, CheckpointTensor>): void;
  readonly message: RegExp;
  readonly hint?: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "a missing tensor",
    change: (tensors) => tensors.delete("layer2.0.downsample.1.running_var"),
    message: /^1 of 100 tensors do not fit: tensor layer2\.0\.downsample\.1\.running_var is missing$/,
    hint: /names of torchvision or timm/,
  },
  {
    what: "a tensor of another shape",
    change: (tensors) => tensors.set("conv1.weight", numbered([64, 3, 5, 5])),
    message: /tensor conv1\.weight has the shape \[64, 3, 5, 5\] instead of \[64, 3, 7, 7\]$/,
  },
  {
    what: "a deeper network, of which this one is a part",
    change: (tensors) => tensors.set("layer1.2.bn1.running_mean", numbered([64])),
    message: /no batch norm layer1\.2\.bn1, the checkpoint does/,
    hint: /deeper/,
  },
  {
    what: "another architecture",
    base: mobilenet,
    change: () => {},
    message: /^260 of 260 tensors do not fit: tensor features\.0\.0\.weight is missing, .* and 256 more$/,
  },
];

for (const { what, base = resnet, change, message, hint = /./ } of REFUSALS) {
  test(`${what} is refused`, () => {
    const tensors = state();
    change(tensors);
    assert.throws(
      () => importState(base, tensors),
      (error) => {
        assert.ok(error instanceof ThawError);
        assert.equal(error.code, "DATA_INVALID");
        assert.match(error.message, message);
        assert.match(error.hint ?? "", hint);
        return true;
      },
    );
  });
}

/** Checkpoints as people save theirs: wrapped, prefixed, averaged; which network is taken is said, and can be chosen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findArchitecture } from "../../../../learn/bases/architectures.js";
import { requireSound } from "../../../../learn/bases/sound.js";
import { resNetNamings } from "../../../../learn/import/families/resnet.js";
import { type ImportedWeights, importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict, type StateDict } from "../../../../learn/import/torchState.js";
import type { TakenWeights } from "../../../../spec/base.js";
import { ThawError } from "../../../../spec/errors.js";
import { networkNamed, stateDict } from "../torchSupport.js";

type State = Map<string, CheckpointTensor>;

const { architecture } = findArchitecture("resnet18");
const state = stateDict(networkNamed("resnet18", "torchvision"));
/** The same network, every number twice as large. */
const other: State = mapped(state, (value) => 2 * value);

function mapped(from: State, change: (value: number) => number): State {
  return new Map([...from].map(([name, { shape, data }]) => [name, { shape, data: data.map(change) }]));
}
const behind = (prefix: string, from: State): State =>
  new Map([...from].map(([name, tensor]) => [prefix + name, tensor]));
const dict = (wrapper: string, from: State): StateDict => ({ ...plainDict(from), wrapper });

const take = (dicts: readonly StateDict[], asked?: string): ImportedWeights =>
  importWeights(architecture, dicts, resNetNamings(architecture), asked);

const plain = take([dict("", state)]).parameters;
const doubled = take([dict("", other)]).parameters;
const extra: State = new Map([["criterion.weight", { shape: [3], data: new Float32Array(3) }]]);

interface Case {
  readonly what: string;
  readonly dicts: readonly StateDict[];
  readonly asked?: string;
  readonly taken: TakenWeights | undefined;
  readonly isOther?: boolean;
}

const averaged = [dict("state_dict", state), dict("state_dict_ema", other)];
const both = new Map([...behind("encoder_q.", state), ...behind("encoder_k.", other)]);
const CASES: readonly Case[] = [
  { what: "a plain state dict", dicts: [dict("", state)], taken: undefined },
  { what: "an unknown wrapper", dicts: [dict("net", state)], taken: { name: "net" } },
  {
    what: "a wrapper in a wrapper",
    dicts: [dict("state.backbone", state)],
    taken: { name: "state.backbone" },
  },
  ...["model.", "net.", "module.", "backbone.", "module._orig_mod.", "student.module.backbone."].map(
    (prefix): Case => ({
      what: `the prefix ${prefix}`,
      dicts: [dict("", behind(prefix, state))],
      taken: { name: prefix, prefix },
    }),
  ),
  {
    what: "a prefix beside a loss's own tensors",
    dicts: [dict("state_dict", new Map([...behind("model.", state), ...extra]))],
    taken: { name: "state_dict/model.", prefix: "model." },
  },
  {
    what: "a network and its average",
    dicts: averaged,
    taken: { name: "state_dict", others: ["state_dict_ema"] },
  },
  {
    what: "the average, which comes first in the file",
    dicts: [...averaged].reverse(),
    taken: { name: "state_dict", others: ["state_dict_ema"] },
  },
  {
    what: "the average, asked for by a word",
    dicts: averaged,
    asked: "ema",
    taken: { name: "state_dict_ema", others: ["state_dict"] },
    isOther: true,
  },
  {
    what: "the average, asked for by its key",
    dicts: [dict("model", state), dict("model_ema", other)],
    asked: "model_ema",
    taken: { name: "model_ema", others: ["model"] },
    isOther: true,
  },
  {
    what: "the network beside its average, asked for by its key",
    dicts: averaged,
    asked: "state_dict",
    taken: { name: "state_dict", others: ["state_dict_ema"] },
  },
  {
    what: "an average whose wrapper is the only one that fits",
    dicts: [dict("model", extra), dict("model_ema", state)],
    taken: { name: "model_ema" },
  },
  {
    what: "two networks in one dict, the second asked for",
    dicts: [dict("", both)],
    asked: "encoder_k",
    taken: { name: "encoder_k.", prefix: "encoder_k.", others: ["encoder_q."] },
    isOther: true,
  },
];

for (const { what, dicts, asked, taken, isOther = false } of CASES) {
  test(`${what}: it is found, and named`, () => {
    const found = take(dicts, asked);
    assert.deepEqual(found.taken, taken);
    assert.deepEqual(found.parameters, isOther ? doubled : plain);
    // What a record says leads to the same numbers again.
    if (taken !== undefined) assert.deepEqual(take(dicts, taken.name), found);
  });
}

const REFUSALS: readonly [what: string, dicts: readonly StateDict[], asked: string, message: RegExp][] = [
  ["a network that is not there", averaged, "teacher", /no weights called "teacher" that fit/],
  ["a word of several", averaged, "dict", /"dict" may be each of state_dict, state_dict_ema/],
  ["a choice where there is none", [dict("", state)], "ema", /no weights called "ema"/],
];
for (const [what, dicts, asked, message] of REFUSALS) {
  test(`${what} is refused with what there is`, () => {
    assert.throws(
      () => take(dicts, asked),
      (error) => error instanceof ThawError && error.code === "USAGE" && message.test(error.message),
    );
  });
}

test("weights that no training leaves behind are refused, and named", () => {
  const sound = (from: State): void => requireSound(take([dict("", from)]).parameters, "own.pth");
  const changed = (name: string, value: number): State => {
    const { shape, data } = state.get(name) ?? assert.fail(name);
    return new Map([...state, [name, { shape, data: data.with(1, value) }]]);
  };
  const begun = (ending: string, value: number, from: State = state): State =>
    new Map(
      [...from].map(([name, { shape, data }]) => [
        name,
        { shape, data: name.endsWith(ending) && shape.length === 1 ? data.map(() => value) : data },
      ]),
    );
  const untouched = begun("running_mean", 0, begun("running_var", 1, begun("weight", 1)));
  const fresh = begun("bias", 0, untouched);
  sound(state);
  // As where batch norms were folded into the kernels.
  sound(untouched);
  // A batch norm may begin with nought, and a variance may be nought where a channel is dead.
  sound(changed("layer1.0.bn2.weight", 0));
  sound(changed("bn1.running_var", 0));
  const refusals: readonly [State, RegExp][] = [
    [
      changed("bn1.running_var", -1e-6),
      /^own\.pth: 1 of 64 variances of stem\.0\.conv\.variance are below zero/,
    ],
    [
      changed("conv1.weight", Number.NaN),
      /^own\.pth: stem\.0\.conv\.kernel holds values that are no numbers/,
    ],
    [changed("bn1.bias", Number.NEGATIVE_INFINITY), /stem\.0\.conv\.beta holds values that are no numbers/],
    [mapped(state, () => 0), /^own\.pth: all weights are zero/],
    [begun("running_var", 0), /^own\.pth: all variances are zero/],
    [fresh, /^own\.pth: its batch norms are as they begin, so it was never trained/],
  ];
  for (const [from, message] of refusals) {
    assert.throws(
      () => sound(from),
      (error) => error instanceof ThawError && error.code === "DATA_INVALID" && message.test(error.message),
    );
  }
});

const small: CheckpointTensor = { shape: [1], data: new Float32Array(1) };

test("a file of a hundred thousand networks' names is refused at once", () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `${i}.conv1.weight`);
  const many = dict("", new Map(names.map((name) => [name, small])));
  assert.throws(
    () => take([many]),
    (error) =>
      error instanceof ThawError &&
      error.message === "the checkpoint has 100000 tensors called conv1.weight" &&
      error.code === "DATA_INVALID",
  );
});

test("an optimizer's dicts, twenty thousand of them, do not keep from finding the network", () => {
  const steps = Array.from({ length: 20_000 }, (_, i) => dict(`optimizer.${i}`, new Map([["step", small]])));
  assert.deepEqual(take([...steps, dict("model", state)]).taken, { name: "model" });
});

test("of many networks that fit, a dozen are listed", () => {
  const dicts = Array.from({ length: 20 }, (_, i) => dict(`net${i}`, state));
  assert.equal(take(dicts).taken?.others?.length, 12);
  assert.throws(
    () => take(dicts, "nothing"),
    (error) => error instanceof ThawError && /net11 and 8 more$/.test(error.hint ?? ""),
  );
});

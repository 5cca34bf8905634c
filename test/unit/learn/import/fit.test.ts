/** Checkpoints as people save theirs: wrapped, prefixed, averaged; which network is taken is said, and can be chosen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RESNET18, resNet } from "../../../../learn/bases/families/resnet.js";
import { requireSound } from "../../../../learn/bases/sound.js";
import { resNetNamings } from "../../../../learn/import/families/resnet.js";
import { type ImportedWeights, importWeights } from "../../../../learn/import/fit.js";
import type { CheckpointTensor } from "../../../../learn/import/tensorViews.js";
import { plainDict, type StateDict } from "../../../../learn/import/torchState.js";
import type { TakenWeights } from "../../../../spec/base.js";
import { ThawError } from "../../../../spec/errors.js";
import { networkNamed, type RecordedNetwork, stateDict } from "../torchSupport.js";

type State = Map<string, CheckpointTensor>;

/** ResNet-18 with a sixteenth of its channels: the names are the subject, not eleven million numbers. */
const THINNER = 16;
const architecture = resNet({ ...RESNET18, channels: 64 / THINNER });
const state = stateDict({ tensors: thinner(networkNamed("resnet18", "torchvision")) });
/** The same network, every number twice as large. */
const other: State = mapped(state, (value) => 2 * value);

function thinner({ tensors }: RecordedNetwork): RecordedNetwork["tensors"] {
  const fewer = (channels: number): number => (channels === 3 ? channels : channels / THINNER);
  return Object.fromEntries(
    Object.entries(tensors).map(([name, shape]) => {
      if (typeof shape === "number") return [name, fewer(shape)];
      const [outputs = 0, inputs = 0, ...kernel] = shape;
      return [name, [fewer(outputs), fewer(inputs), ...kernel]];
    }),
  );
}

function mapped(from: State, change: (value: number) => number): State {
  return new Map([...from].map(([name, { shape, data }]) => [name, { shape, data: data.map(change) }]));
}
const behind = (prefix: string, from: State): State =>
  new Map([...from].map(([name, tensor]) => [prefix + name, tensor]));
const dict = (wrapper: string, from: State): StateDict => ({ ...plainDict(from), wrapper });

const take = (dicts: readonly StateDict[], asked?: string, prefix?: string): ImportedWeights =>
  importWeights(architecture, dicts, resNetNamings(architecture), asked, prefix);

const plain = take([dict("", state)]).parameters;
const doubled = take([dict("", other)]).parameters;
const extra: State = new Map([["criterion.weight", { shape: [3], data: new Float32Array(3) }]]);

interface Case {
  readonly what: string;
  readonly dicts: readonly StateDict[];
  readonly asked?: string;
  readonly prefix?: string;
  readonly taken: TakenWeights | undefined;
  readonly isOther?: boolean;
}

/** Names as `nn.Sequential(*network.children())` has them. */
function numbered(from: State): State {
  const children = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"];
  return new Map(
    [...from].map(([name, tensor]) => [name.replace(/^\w+/, (one) => `${children.indexOf(one)}`), tensor]),
  );
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
  ...[
    ...["model.", "net.", "module.", "backbone.", "backbone.body.", "encoder.", "module.encoder_q."],
    ...["module._orig_mod.", "student.module.backbone.", "encoder.model.trunk."],
  ].map(
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
  ...["encoder_k", "encoder_k."].map(
    (prefix): Case => ({
      what: `two networks in one dict, the second named by its prefix ${prefix}`,
      dicts: [dict("", both)],
      prefix,
      taken: { name: "encoder_k.", prefix: "encoder_k.", others: ["encoder_q."] },
      isOther: true,
    }),
  ),
  {
    what: "a network beside one with a prefix, by no prefix",
    dicts: [dict("", new Map([...state, ...behind("teacher.", other)]))],
    prefix: "",
    taken: { name: "plain", others: ["teacher."] },
  },
  {
    what: "children that are numbered, behind a prefix",
    dicts: [dict("", behind("backbone.", numbered(state)))],
    taken: { name: "backbone.", prefix: "backbone." },
  },
  {
    what: "numbers of half the precision",
    dicts: [{ ...plainDict(state, new Map([["bn1.weight", "float16"]])) }],
    taken: { name: "plain", converted: ["float16"] },
  },
  {
    what: "numbers of half the precision in what is left",
    dicts: [{ ...plainDict(new Map([...state, ...extra]), new Map([["criterion.weight", "float16"]])) }],
    taken: undefined,
  },
];

for (const { what, dicts, asked, prefix, taken, isOther = false } of CASES) {
  test(`${what}: it is found, and named`, () => {
    const found = take(dicts, asked, prefix);
    assert.deepEqual(found.taken, taken);
    assert.deepEqual(found.parameters, isOther ? doubled : plain);
    // What a record says leads to the same numbers again.
    if (taken !== undefined) assert.deepEqual(take(dicts, taken.name), found);
  });
}

interface Refusal {
  readonly what: string;
  readonly dicts: readonly StateDict[];
  readonly asked?: string;
  readonly prefix?: string;
  readonly code?: string;
  readonly says: RegExp;
  readonly hint?: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    what: "a network that is not there",
    dicts: averaged,
    asked: "teacher",
    says: /no weights called "teacher" that fit/,
  },
  {
    what: "a word of several",
    dicts: averaged,
    asked: "dict",
    says: /"dict" may be each of state_dict, state_dict_ema/,
  },
  {
    what: "a choice where there is none",
    dicts: [dict("", state)],
    asked: "ema",
    says: /no weights called "ema"/,
  },
  {
    what: "the encoders of queries and of keys, of which none was chosen",
    dicts: [dict("state_dict", both)],
    says: /^the checkpoint holds 2 networks that fit: state_dict\/encoder_q\., state_dict\/encoder_k\.$/,
    hint: /^say which one is meant: `--prefix encoder_q\.`, `--prefix encoder_k\.`$/,
  },
  ...[averaged, [...averaged].reverse()].map(
    (dicts): Refusal => ({
      what: `a network and its average, of which none was chosen, ${dicts[0]?.wrapper} first`,
      dicts,
      says: /^the checkpoint holds 2 networks that fit: state_dict, state_dict_ema$/,
      hint: /^say which one is meant: `--weights state_dict`, `--weights state_dict_ema`$/,
    }),
  ),
  {
    what: "a network beside one with a prefix, of which none was chosen",
    dicts: [dict("", new Map([...state, ...behind("teacher.", other)]))],
    says: /^the checkpoint holds 2 networks that fit: plain, teacher\.$/,
    hint: /`--prefix ""`, `--prefix teacher\.`/,
  },
  {
    what: "a student and its teacher, of which none was chosen",
    dicts: [dict("student", state), dict("teacher", other)],
    says: /^the checkpoint holds 2 networks that fit: student, teacher$/,
  },
  {
    what: "a prefix that no name has",
    dicts: [dict("", behind("backbone.body.", state))],
    prefix: "backbone.trunk",
    says: /^no tensor of the checkpoint has a name that begins with backbone\.trunk\.$/,
    hint: /begin with backbone; without --prefix/,
  },
  {
    what: "a prefix that other tensors have",
    dicts: [dict("", new Map([...behind("backbone.", state), ...behind("head.", extra)]))],
    prefix: "head",
    code: "DATA_INVALID",
    says: /^100 of 100 tensors do not fit: tensor conv1\.weight is missing.* \(below head\.\)$/,
    hint: /Its names begin with backbone\.conv1\.weight, backbone\.bn1\.weight/,
  },
];
for (const { what, dicts, asked, prefix, code = "USAGE", says, hint = /./ } of REFUSALS) {
  test(`${what} is refused with what there is`, () => {
    assert.throws(
      () => take(dicts, asked, prefix),
      (error) => {
        assert.ok(error instanceof ThawError);
        assert.equal(error.code, code);
        assert.match(error.message, says);
        assert.match(error.hint ?? "", hint);
        return true;
      },
    );
  });
}

test("batch norms that PyTorch froze, which count nothing, are enough", () => {
  const names = [...state.keys()];
  assert.ok(!names.some((name) => name.endsWith("num_batches_tracked")));
  assert.deepEqual(take([dict("", state)]).parameters, plain);
});

test("what a convolution adds, its batch norm's mean takes off", () => {
  const bias = Float32Array.from({ length: 4 }, (_, i) => i / 8);
  const { parameters } = take([dict("", new Map([...state, ["conv1.bias", { shape: [4], data: bias }]]))]);
  const [mean, before] = [parameters.get("stem.0.conv.mean"), plain.get("stem.0.conv.mean")];
  assert.deepEqual(
    mean?.data,
    before?.data.map((value, i) => value - (bias[i] ?? Number.NaN)),
  );
  assert.deepEqual(parameters.get("stem.0.conv.kernel"), plain.get("stem.0.conv.kernel"));
  assert.throws(
    () => take([dict("", new Map([...state, ["conv1.bias", { shape: [2], data: bias.subarray(2) }]]))]),
    /tensor conv1\.bias has 2 numbers instead of 4/,
  );
});

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
      /^own\.pth: 1 of 4 variances of stem\.0\.conv\.variance are below zero/,
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
  assert.equal(take(dicts, "net3").taken?.others?.length, 12);
  assert.throws(
    () => take(dicts, "nothing"),
    (error) => error instanceof ThawError && /net11 and 8 more$/.test(error.hint ?? ""),
  );
});

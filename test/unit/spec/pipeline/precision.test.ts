/** What `precision: auto` becomes, and which processors multiply bfloat16. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckpointIdentity, whyOtherBits } from "../../../../spec/engine/job.js";
import { type AutoPrecision, hasBfloat16 } from "../../../../spec/engine/precision.js";
import { arithmeticIdentity, multipliesBfloat16, ownArithmetic } from "../../../../spec/engine/processor.js";
import { autoPrecisionSentence, type Starter, withPrecision } from "../../../../spec/pipeline/precision.js";
import { planStages } from "../../../../spec/pipeline/stages.js";
import { type RunFile, runFileSchema } from "../../../../spec/runFile/runFile.js";

/** A machine on which `thaw up` has started everything, and that multiplies bfloat16. */
const HERE: Starter = { computes: true, multiplies: () => true };

const file = (extra: object) => runFileSchema.parse({ name: "m", data: { path: "images" }, ...extra });

test("a run file that does not say computes in float32, as it did before there was a choice", () => {
  assert.equal(file({}).precision, "float32");
  const { precision: _none, ...old } = file({});
  assert.deepEqual(withPrecision(old as RunFile, HERE), { file: old });
});

test("auto is written out with its reason, bfloat16 only where the machine that computes is known to multiply it", () => {
  const auto = (extra: object, starter: Starter): AutoPrecision => {
    const settled = withPrecision(file({ precision: "auto", ...extra }), starter);
    assert.ok(settled.auto);
    assert.equal(settled.file.precision, settled.auto.took);
    return settled.auto;
  };
  for (const extra of [{}, { bases: ["efficientnet-lite1", "efficientnet-lite2"] }]) {
    const { took, why } = auto(extra, HERE);
    assert.equal(took, "bfloat16");
    assert.match(why, /processor of the machine that started the run, and computes it, multiplies/);
  }
  const cases: readonly (readonly [object, Starter, RegExp])[] = [
    [{}, { computes: true, multiplies: () => false }, /does not multiply bfloat16$/],
    [{ base: "own" }, HERE, /not measured .* on own$/],
    [{ bases: ["efficientnet-lite0", "own"] }, HERE, /not measured .* on own$/],
    // Whatever this machine has: it computes nothing of these.
    ...[true, false].flatMap((multiplies): (readonly [object, Starter, RegExp])[] => [
      [{}, { computes: false, multiplies: () => multiplies }, /does not know whose training worker/],
      [
        { compute: "kubernetes" },
        { computes: true, multiplies: () => multiplies },
        /which nodes of the cluster/,
      ],
    ]),
  ];
  for (const [extra, starter, why] of cases) {
    const settled = auto(extra, starter);
    assert.equal(settled.took, "float32", JSON.stringify(extra));
    assert.match(settled.why, why);
    assert.match(autoPrecisionSentence(settled), /^Frozen layers in float32 \(precision: auto: .*\)$/);
  }
});

test("what auto came to and who decided is in the report's key alone", () => {
  const input = file({ precision: "float32", recipe: "staged" });
  const told = { took: "float32", why: "so it is" } as const;
  const keys = (auto?: AutoPrecision) =>
    new Map(
      planStages(input, undefined, {}, { autoPrecision: auto }).map(
        ({ name, parameters }) => [name, parameters] as const,
      ),
    );
  const [named, left] = [keys(), keys(told)];
  for (const [name, parameters] of named)
    assert.deepEqual(
      left.get(name),
      name === "report" ? { ...parameters, autoPrecision: told } : parameters,
      name,
    );
});

test("what is said, or was written out on another machine, stays", () => {
  for (const precision of ["float32", "bfloat16"] as const)
    for (const multiplies of [true, false])
      assert.deepEqual(withPrecision(file({ precision }), { computes: true, multiplies: () => multiplies }), {
        file: file({ precision }),
      });
});

test("processors are known by their flags, whole words of the first processor's", () => {
  const cpuinfo = (flags: string) =>
    `processor\t: 0\nmodel name\t: avx512_bf16\nflags\t\t: ${flags}\nbugs\t\t: x\n`;
  assert.ok(hasBfloat16(cpuinfo("fpu avx512_bf16 clzero")));
  assert.ok(hasBfloat16(cpuinfo("fpu amx_bf16")));
  assert.ok(!hasBfloat16(cpuinfo("fpu avx512f avx512_bf16x")));
  assert.ok(!hasBfloat16(cpuinfo("fpu")));
  assert.ok(!hasBfloat16(""));
});

test("an engine for GPUs and a system that does not say multiply none; oneDNN is on whatever a variable says", () => {
  assert.equal(multipliesBfloat16({ THAW_ENGINE: "gpu" }), false);
  assert.equal(multipliesBfloat16({ TF_ENABLE_ONEDNN_OPTS: "0" }), multipliesBfloat16({}));
  assert.equal(multipliesBfloat16({}, "/nowhere/cpuinfo"), false);
});

test("rows in bfloat16 are known by the arithmetic of their machine, rows in float32 by none", () => {
  for (const arithmetic of ["multiplied", "rounded"] as const) {
    assert.deepEqual(arithmeticIdentity("bfloat16", arithmetic), { arithmetic });
    for (const plain of ["float32", undefined]) assert.deepEqual(arithmeticIdentity(plain, arithmetic), {});
  }
  assert.equal(ownArithmetic(), multipliesBfloat16() ? "multiplied" : "rounded");
  assert.deepEqual(arithmeticIdentity("bfloat16"), { arithmetic: ownArithmetic() });
});

test("a checkpoint over activations in bfloat16 is not gone on from where they come about otherwise", () => {
  const plain: CheckpointIdentity = { engine: "tf", threads: 2 };
  const [multiplied, rounded] = (["multiplied", "rounded"] as const).map((bfloat16) => ({
    ...plain,
    bfloat16,
  }));
  assert.ok(multiplied && rounded);
  for (const one of [plain, multiplied, rounded]) assert.equal(whyOtherBits(one, { ...one }), undefined);
  assert.equal(
    whyOtherBits(multiplied, rounded),
    "it was written where the processor multiplies bfloat16, and here float32 is rounded to bfloat16",
  );
  assert.match(whyOtherBits(plain, multiplied) ?? "", /all is float32, and here the processor multiplies/);
  assert.match(
    whyOtherBits(multiplied, { ...multiplied, threads: 4 }) ?? "",
    /with 2 threads, and there are 4 now/,
  );
  assert.match(whyOtherBits({ ...rounded, engine: "other" }, rounded) ?? "", /another build of TensorFlow/);
});

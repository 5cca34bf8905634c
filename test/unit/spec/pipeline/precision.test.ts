/** What `precision: auto` becomes, and which processors multiply bfloat16. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckpointIdentity, whyOtherBits } from "../../../../spec/engine/job.js";
import { hasBfloat16 } from "../../../../spec/engine/precision.js";
import { arithmeticIdentity, multipliesBfloat16, ownArithmetic } from "../../../../spec/engine/processor.js";
import { withPrecision } from "../../../../spec/pipeline/precision.js";
import { type RunFile, runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = (extra: object) => runFileSchema.parse({ name: "m", data: { path: "images" }, ...extra });

test("a run file that does not say computes in float32, as it did before there was a choice", () => {
  assert.equal(file({}).precision, "float32");
  const { precision: _none, ...old } = file({});
  assert.deepEqual(withPrecision(old as RunFile, true), old);
});

test("auto is written out, bfloat16 only where it is known to pay", () => {
  const auto = (extra: object, isFast: boolean) =>
    withPrecision(file({ precision: "auto", ...extra }), isFast).precision;
  assert.equal(auto({}, true), "bfloat16");
  assert.equal(auto({ bases: ["efficientnet-lite1", "efficientnet-lite2"] }, true), "bfloat16");
  assert.equal(auto({}, false), "float32");
  assert.equal(auto({ compute: "kubernetes" }, true), "float32", "nothing is known of the nodes");
  assert.equal(auto({ base: "own" }, true), "float32", "it was not measured");
  assert.equal(auto({ bases: ["efficientnet-lite0", "own"] }, true), "float32");
});

test("what is said, or was written out on another machine, stays", () => {
  for (const precision of ["float32", "bfloat16"] as const)
    for (const isFast of [true, false])
      assert.equal(withPrecision(file({ precision }), isFast).precision, precision);
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

test("an engine for GPUs, one without oneDNN and a system that does not say multiply none", () => {
  assert.equal(multipliesBfloat16({ THAW_ENGINE: "gpu" }), false);
  assert.equal(multipliesBfloat16({ TF_ENABLE_ONEDNN_OPTS: "0" }), false);
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

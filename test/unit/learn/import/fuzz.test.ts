/** A few hundred changed checkpoints; thousands are `node dist/test/fuzz/checkpoints.js`. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { readStateDicts } from "../../../../learn/import/checkpoint.js";
import { readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { importOnnx } from "../../../../learn/import/onnx/file.js";
import { runCampaign } from "../../../fuzz/checkpoints/campaign.js";
import { caseOf, soundFiles } from "../../../fuzz/checkpoints/cases.js";
import { SMALL, soundOnnx } from "../../../fuzz/checkpoints/onnx.js";
import { soundGraph } from "../../../fuzz/checkpoints/onnxGraph.js";
import { temporaryFolder } from "../support.js";
import { allTensors } from "../torchSupport.js";

const SEED = 18;
const CASES = 400;

test("changed checkpoints are read or refused in a sentence, and cost little", async () => {
  const { failures, counts } = await runCampaign({ seed: SEED, cases: CASES });
  assert.deepEqual(failures, []);
  const outcomes = [...counts.keys()];
  // Else the changes do not reach what they are to reach.
  for (const kind of [
    "zip",
    "zip's directory",
    "legacy",
    "module",
    "safetensors",
    "hdf5",
    "keras",
    "onnx",
    "onnx graph",
    "onnx data",
  ]) {
    for (const outcome of ["read", "refused"])
      assert.ok(outcomes.includes(`${kind} ${outcome}`), `${kind} ${outcome}`);
  }
});

test("what they are changes of is read as a whole", async (context) => {
  const path = join(await temporaryFolder(context), "sound");
  const names: number[] = [];
  for (const bytes of soundFiles()) {
    await writeFile(path, bytes);
    names.push(allTensors(await readStateDicts(path)).size);
  }
  assert.deepEqual(names, [8, 8, 4, 4, 7, 6, 6]);
});

test("the ONNX file that they are changes of is read as a network", async (context) => {
  const path = join(await temporaryFolder(context), "sound.onnx");
  await writeFile(path, soundOnnx());
  const { parameters } = await importOnnx(SMALL, path, []);
  assert.deepEqual(parameters.get("layer4.0.downsample.kernel")?.shape, [1, 1, 8, 16]);
});

test("the graph of no known architecture that they are changes of is read, too", async (context) => {
  const path = join(await temporaryFolder(context), "graph.onnx");
  await writeFile(path, soundGraph());
  const { architecture, head, hasFixedPart, tunable } = await readOnnxNetwork(path, {});
  assert.deepEqual([architecture.features, hasFixedPart, tunable], [8, false, 2]);
  assert.match(head ?? "", /^MatMul \(y\)/);
});

test("a case is the same file whenever it is asked for", () => {
  for (const index of [0, 7, 123]) {
    assert.deepEqual(caseOf(SEED, index), caseOf(SEED, index));
    assert.notDeepEqual(caseOf(SEED, index).bytes, caseOf(SEED + 1, index).bytes);
  }
});

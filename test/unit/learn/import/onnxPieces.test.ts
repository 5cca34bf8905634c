/** ONNX graphs of what thaw puts together of other pieces: it gives onnxruntime's features, or refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { refusalOf } from "../../../support/refusal.js";
import { madeUpFeatures } from "../madeUpRuns.js";
import { assertClose, fixture } from "../support.js";
import { type RecordedGraphs, recordedNetwork } from "./recordedGraphs.js";

const { side, read, refused } = fixture<RecordedGraphs>("files/onnxPieces.json");

for (const { what, features, file } of read) {
  test(`${what}: it has the features of onnxruntime`, async (context) => {
    const { architecture, parameters } = await recordedNetwork(context, file);
    assertClose(madeUpFeatures(architecture, parameters, side), features, 1e-5, "features");
  });
}

for (const { what, says, hint, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    const error = await refusalOf(recordedNetwork(context, file));
    assert.equal(error.code, "DATA_INVALID");
    assert.ok(error.message.includes(says), error.message);
    assert.ok((error.hint ?? "").includes(hint), error.hint);
  });
}

/** Whether all but the stem can be trained: pixels that are taken out stand for a structure. */
test("where pixels are taken out of images, that is no part of what is tuned", async (context) => {
  const fixed = async (what: string): Promise<boolean> => {
    const { file } = read.find((one) => one.what === what) ?? assert.fail();
    return (await recordedNetwork(context, file)).hasFixedPart;
  };
  for (const what of ["SpaceToDepth", "all but the first row and column", "pixel unshuffle"])
    assert.equal(await fixed(what), true, what);
  for (const what of ["StarReLU", "PRelu of each channel", "windows of 2, stride 2, pads [0, 0, 1, 1], conv"])
    assert.equal(await fixed(what), false, what);
});

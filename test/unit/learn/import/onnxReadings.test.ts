/** ONNX graphs that could be read in two ways: thaw gives the features of ONNX' own evaluator, or refuses, never others. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { ThawError } from "../../../../spec/errors.js";
import { refusalOf } from "../../../support/refusal.js";
import { madeUpFeatures } from "../madeUpRuns.js";
import { assertClose, fixture } from "../support.js";
import { type RecordedGraphs, recordedNetwork } from "./recordedGraphs.js";

const { side, read, refused } = fixture<RecordedGraphs>("files/onnxReadings.json");

const refusal = (context: TestContext, file: string): Promise<ThawError> =>
  refusalOf(recordedNetwork(context, file));

/** Windows that thaw does not have: their pads lie otherwise, or means leave out what is padded. */
const OTHER_WINDOWS = new Set([
  ...["3, stride 3, pad 1", "4, stride 3, pad 1", "5, stride 4, pad 2"].flatMap((window) => [
    `MaxPool ${window}, ceil 1, count None`,
    `AveragePool ${window}, ceil 0, count 0`,
    `AveragePool ${window}, ceil 1, count 0`,
    `AveragePool ${window}, ceil 1, count 1`,
  ]),
  ...["2, stride 2", "4, stride 4"].map((window) => `AveragePool ${window}, pad 0, ceil 1, count 1`),
  ...[1, 2].map((stride) => `AveragePool 2, stride ${stride}, SAME_LOWER`),
  "MaxPool 2, stride 1, SAME_LOWER",
]);

for (const { what, features, file } of read) {
  if (OTHER_WINDOWS.has(what)) {
    test(`${what}: it is refused`, async (context) => {
      const { message, code } = await refusal(context, file);
      assert.equal(code, "DATA_INVALID");
      assert.match(message, /Pool \(v1\): its (windows|means) /);
    });
    continue;
  }
  test(`${what}: it has the features of ONNX' evaluator`, async (context) => {
    const { architecture, parameters } = await recordedNetwork(context, file);
    assertClose(madeUpFeatures(architecture, parameters, side), features, 1e-5, "features");
  });
}

for (const { what, says, hint, file } of refused) {
  test(`refused: ${what}`, async (context) => {
    const error = await refusal(context, file);
    assert.ok(error.message.includes(says), error.message);
    assert.ok((error.hint ?? "").includes(hint), error.hint);
  });
}

test("colours that change places before anything else are told, whatever chooses them", async (context) => {
  const told = async (named: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const { what, file } of read)
      if (what.includes(named) && (await recordedNetwork(context, file)).turnsColours) found.push(what);
    return found;
  };
  const all = read.map(({ what }) => what).filter((what) => what.startsWith("red and blue turned"));
  assert.equal(all.length, 3);
  assert.deepEqual(await told("red and blue turned"), all);
  assert.deepEqual(await told("colours parted and put together"), []);
});

test("what a graph divides its pixels by is found behind colours that change places", async (context) => {
  const { file } = read.find(({ what }) => what === "red and blue turned, divided by 255") ?? assert.fail();
  const { factor = 0 } = await recordedNetwork(context, file);
  assert.ok(Math.abs(factor * 255 - 1) < 1e-6, String(factor));
});

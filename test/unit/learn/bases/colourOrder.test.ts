/** Networks that were trained on pixels with blue first: what is read of them gives the features of exchanged channels. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import type { Architecture } from "../../../../learn/bases/architecture.js";
import { WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { CATALOGUE } from "../../../../learn/bases/catalogue.js";
import { chosenBase } from "../../../../learn/bases/chosen.js";
import { withColoursTurned } from "../../../../learn/bases/colourOrder.js";
import { readOnnxNetwork } from "../../../../learn/import/onnx/any/network.js";
import { type Parameters, parameter } from "../../../../learn/network/parameters.js";
import { ThawError } from "../../../../spec/errors.js";
import { EVERY_UNIT, everyUnitParameters } from "../../../support/models/everyUnit.js";
import { madeUpFeatures } from "../madeUpRuns.js";
import { assertClose, base, checkpointFile, fixture, temporaryFolder } from "../support.js";

const SIDE = 32;

const features = (architecture: Architecture, parameters: Parameters, isExchanged: boolean) =>
  madeUpFeatures(architecture, parameters, SIDE, (pixels) => (isExchanged ? pixels.reverse(-1) : pixels));

test("a turned network gives of a picture what it gave of the one with its channels exchanged", () => {
  const parameters = everyUnitParameters();
  const turned = withColoursTurned(EVERY_UNIT, parameters);
  // Norms of groups make the errors of sums in another order larger.
  assertClose(features(EVERY_UNIT, turned, false), features(EVERY_UNIT, parameters, true), 5e-6, "features");
  assert.notDeepEqual(features(EVERY_UNIT, turned, false), features(EVERY_UNIT, parameters, false));
  assert.deepEqual(withColoursTurned(EVERY_UNIT, turned), parameters, "twice is not at all");
});

for (const { name, architecture } of [...CATALOGUE, ...WITHOUT_WEIGHTS]) {
  test(`${name} begins with what can be turned`, () => {
    const [first] = architecture.groups[0]?.blocks[0]?.units ?? [];
    assert.ok(first?.kind === "full" && first.inChannels === 3);
    assert.equal(architecture.groups[0]?.blocks[0]?.residual, false);
  });
}

test("a base whose user says so is turned when it is read", async () => {
  const checkpoint = await checkpointFile();
  const named = { name: "own@1", architecture: base.name, checkpoint };
  const plain = await chosenBase(named).load(checkpoint);
  const turned = await chosenBase({ ...named, colourOrder: "bgr" }).load(checkpoint);
  const kernel = "stem.0.conv.kernel";
  const channelsOf = (of: Parameters): readonly number[] => [...parameter(of, kernel).data].slice(0, 96);
  const [red, green, blue] = [0, 32, 64].map((at) => channelsOf(plain).slice(at, at + 32));
  assert.deepEqual(channelsOf(turned), [blue, green, red].flat());
  const others = (of: Parameters) => [...of].filter(([one]) => one !== kernel);
  assert.deepEqual(others(turned), others(plain));
});

const { read } = fixture<{ read: { network: string; what: string; file: string }[] }>(
  "files/onnxGraphs.json",
);

/** Of convolutions first, of pixels that the graph scales by channel, of channels last, folded. */
const GRAPHS = ["vgg", "resnext", "tensorflow", "mobilenetv3", "csp", "convnext", "resnet-d"];

for (const name of GRAPHS) {
  test(`the graph of ${name} is turned, too`, async (context) => {
    const found = read.findLast(({ network }) => network === name) ?? assert.fail(name);
    const path = join(await temporaryFolder(context), "network.onnx");
    await writeFile(path, gunzipSync(Buffer.from(found.file, "base64")));
    const plain = await readOnnxNetwork(path, {});
    const turned = await readOnnxNetwork(path, { blueFirst: true });
    assertClose(
      features(turned.architecture, turned.parameters, false),
      features(plain.architecture, plain.parameters, true),
      1e-5,
      "features",
    );
    const { tunable, factor, hasFixedPart, isFolded } = plain;
    assert.deepEqual(
      { tunable, factor, hasFixedPart, isFolded },
      {
        tunable: turned.tunable,
        factor: turned.factor,
        hasFixedPart: turned.hasFixedPart,
        isFolded: turned.isFolded,
      },
    );
  });
}

test("a graph of grey pictures has no order of colours", async (context) => {
  const found = read.find(({ network }) => network === "grey") ?? assert.fail();
  const path = join(await temporaryFolder(context), "grey.onnx");
  await writeFile(path, gunzipSync(Buffer.from(found.file, "base64")));
  await assert.rejects(readOnnxNetwork(path, { blueFirst: true }), (error) => {
    assert.ok(error instanceof ThawError);
    assert.deepEqual([error.code, error.hint], ["USAGE", "leave --colour-order out"]);
    return true;
  });
});

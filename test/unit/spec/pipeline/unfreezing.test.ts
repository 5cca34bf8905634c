/** Which layer groups the stages of unfreezing reach, for the base that a run has. */
import assert from "node:assert/strict";
import { it } from "node:test";
import type { BaseSpec } from "../../../../spec/base.js";
import { ThawError } from "../../../../spec/errors.js";
import { planStages } from "../../../../spec/pipeline/stages.js";
import { suitsAll, unfreezeStages, withStages } from "../../../../spec/pipeline/unfreezing.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const file = (extra: object) => runFileSchema.parse({ name: "m", data: { path: "images" }, ...extra });

const added = (architecture: string): BaseSpec => ({
  name: "own@1",
  architecture,
  layers: [],
  lineage: [],
  digest: "0".repeat(64),
  origin: { source: "test", licence: "none", pretrainedOn: "nothing" },
});

const DEFAULTS = [
  { base: "efficientnet-lite0", spec: undefined, stages: ["blocks.6", "blocks.5"] },
  { base: "own", spec: added("mobilenetv2"), stages: ["blocks.6", "blocks.5"] },
  { base: "own", spec: added("resnet50"), stages: ["layer4", "layer3"] },
];

for (const { base, spec, stages } of DEFAULTS) {
  it(`left out, they are ${stages.join(" and ")} of ${spec?.architecture ?? base}`, () => {
    const written = file({ base });
    assert.equal(written.unfreeze.stages, undefined);
    assert.deepEqual(withStages(written, spec).unfreeze.stages, stages);
    const deepest = planStages(written, spec).flatMap(({ parameters }) => parameters.deepest ?? []);
    assert.deepEqual(deepest, stages);
  });
}

it("stages left out and the same stages written down are the same plan", () => {
  const written = file({ unfreeze: { stages: ["blocks.6", "blocks.5"] } });
  assert.deepEqual(planStages(file({})), planStages(written));
});

it("stages of the run file stay as they are", () => {
  const written = file({ base: "own", unfreeze: { stages: ["layer3"] } });
  assert.deepEqual(unfreezeStages(written, added("resnet18")), ["layer3"]);
  assert.deepEqual(withStages(written, added("resnet18")), written);
  assert.deepEqual(unfreezeStages(file({ unfreeze: { stages: [] } }), undefined), []);
});

it("a layer group that the base does not have is refused, with those that it has", () => {
  const written = file({ base: "own", unfreeze: { stages: ["blocks.6", "blocks.5"] } });
  assert.throws(
    () => withStages(written, added("resnet18")),
    (error) => {
      assert.ok(error instanceof ThawError);
      assert.equal(error.code, "RUN_FILE_INVALID");
      assert.match(error.message, /layer group blocks\.6, which the base own does not have/);
      assert.match(error.hint ?? "", /layer4, layer3, layer2, layer1/);
      return true;
    },
  );
});

it("a layers model has no stages, and all that asks to train it is refused", () => {
  const spec = added("layers-model");
  assert.deepEqual(withStages(file({ base: "own" }), spec).unfreeze.stages, []);
  assert.ok(planStages(file({ base: "own" }), spec).every(({ kind }) => kind !== "tune"));
  for (const [extra, key] of [
    [{ unfreeze: { stages: ["top"] } }, "unfreeze.stages"],
    [{ unfreeze: { rates: { top: 0.001 } } }, "unfreeze.rates"],
    [{ unfreeze: { surgical: "first-block" } }, "unfreeze.surgical"],
    [{ compare: { scratch: true } }, "compare.scratch"],
    [{ recipe: "staged" }, "recipe: staged"],
  ] as const) {
    const refused = {
      code: "RUN_FILE_INVALID",
      message: new RegExp(`${key}\`? asks to train layers of the base own`),
    };
    assert.throws(() => withStages(file({ base: "own", ...extra }), spec), refused);
    assert.throws(
      () => suitsAll(file({ bases: ["own", "efficientnet-lite0"], ...extra }), { own: spec }),
      refused,
    );
  }
});

const RATES: Readonly<
  Record<string, { unfreeze: object; spec?: BaseSpec; refused?: RegExp; hint?: RegExp }>
> = {
  "of a group that a stage reaches": { unfreeze: { rates: { top: 0.001, "blocks.5": 0.001 } } },
  "of a group that the base lacks": {
    unfreeze: { rates: { layer4: 0.001 } },
    refused: /^`unfreeze\.rates` names the layer group layer4, which the base own does not have$/,
    hint: /^its layer groups, from the top: top, blocks\.6/,
  },
  "of a group below the default stages": {
    unfreeze: { rates: { "blocks.6": 0.001, "blocks.0": 0.001 } },
    refused: /^`unfreeze\.rates` gives a rate to blocks\.0, which no stage trains$/,
    hint: /^the stages train top, blocks\.6, blocks\.5; leave/,
  },
  "of a group where nothing is unfrozen": {
    unfreeze: { stages: [], rates: { top: 0.001 } },
    refused: /gives a rate to top, which no stage trains$/,
    hint: /^there are no stages/,
  },
  "of the first block, by surgery": {
    unfreeze: { surgical: "first-block", rates: { "blocks.0": 0.001 } },
  },
  "of the first block of a ResNet, by surgery alone": {
    unfreeze: { stages: [], surgical: "first-block", rates: { layer1: 0.001 } },
    spec: added("resnet18"),
  },
  "of the block above the first one, by surgery": {
    unfreeze: { surgical: "first-block", rates: { "blocks.1": 0.001 } },
    refused: /blocks\.1, which no stage trains$/,
    hint: /^the stages train top, blocks\.6, blocks\.5, blocks\.0; leave/,
  },
};

for (const [what, { unfreeze, spec = added("mobilenetv2"), refused, hint }] of Object.entries(RATES)) {
  it(`a rate ${what} is ${refused === undefined ? "taken" : "refused"}`, () => {
    const written = file({ base: "own", unfreeze });
    if (refused === undefined) {
      assert.deepEqual(withStages(written, spec).unfreeze.rates, written.unfreeze.rates);
    } else {
      assert.throws(() => withStages(written, spec), { code: "RUN_FILE_INVALID", message: refused, hint });
    }
  });
}

it("of candidates of two architectures one has to train a group that has a rate", () => {
  const candidates = { own: added("resnet18") };
  const compared = (rates: object) => file({ bases: ["own", "efficientnet-lite0"], unfreeze: { rates } });
  const written = compared({ layer4: 0.001, "blocks.6": 0.001 });
  assert.equal(suitsAll(written, candidates), written);
  assert.throws(() => suitsAll(compared({ layer1: 0.001 }), candidates), {
    code: "RUN_FILE_INVALID",
    message: "`unfreeze.rates` gives a rate to layer1, which no stage of any of `bases` trains",
  });
});

it("groups of two architectures in one list are refused", () => {
  const parsed = runFileSchema.safeParse({
    name: "m",
    data: { path: "images" },
    unfreeze: { stages: ["layer4", "blocks.5"] },
  });
  assert.match(parsed.error?.issues[0]?.message ?? "", /the same architecture/);
});

/** Networks that only their files' names tell apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { findArchitecture, twinsOf, WITHOUT_WEIGHTS } from "../../../../learn/bases/architectures.js";
import { CATALOGUE } from "../../../../learn/bases/catalogue.js";
import { KNOWN_BASES } from "../../../../learn/bases/known/known.js";
import { twinNotice } from "../../../../learn/bases/twins.js";
import type { Naming } from "../../../../learn/import/torchUnits.js";
import { ThawError } from "../../../../spec/errors.js";

/** The naming that a twin has, too. */
function sharedNaming(architecture: string): Naming {
  const naming = findArchitecture(architecture).namings.find((one) => twinsOf(architecture, one).length > 0);
  assert.ok(naming, architecture);
  return naming;
}

test("the architectures whose checkpoints may be those of another one", () => {
  const pairs = [...CATALOGUE, ...WITHOUT_WEIGHTS].flatMap(({ name, namings }) =>
    namings.flatMap((naming) => twinsOf(name, naming).map((twin) => [name, twin].sort().join(" "))),
  );
  assert.deepEqual([...new Set(pairs)].sort(), [
    "efficientnet-b0 tf-efficientnet-b0",
    "efficientnet-b1 tf-efficientnet-b1",
    "efficientnet-b2 tf-efficientnet-b2",
    "efficientnet-b3 tf-efficientnet-b3",
    "efficientnet-lite0 torch-efficientnet-lite0",
    "mobilenetv3-large tf-mobilenetv3-large",
  ]);
});

const WRONG = [
  ["tf_mobilenetv3_large_100-427764d5.pth", "mobilenetv3-large", "tf-mobilenetv3-large"],
  ["models/mobilenetv3_large_100.ra_in1k/model.safetensors", "tf-mobilenetv3-large", "mobilenetv3-large"],
  ["https://example.org/tf_efficientnet_b2.in1k/model.safetensors", "efficientnet-b2", "tf-efficientnet-b2"],
  ["efficientnet_lite0_ra-37913777.pth", "efficientnet-lite0", "torch-efficientnet-lite0"],
] as const;

for (const [file, asked, meant] of WRONG) {
  test(`${file} is refused as ${asked}, and ${meant} is named`, () => {
    assert.throws(
      () => twinNotice(file, asked, sharedNaming(asked)),
      (error) =>
        error instanceof ThawError &&
        error.code === "USAGE" &&
        error.hint?.includes(`--arch ${meant}\``) === true,
    );
    assert.equal(twinNotice(file, meant, sharedNaming(meant)), undefined, "as what it is called it is taken");
  });
}

test("ResNets whose strides are blurred are refused, which have the tensors of plain ones", () => {
  const { namings } = findArchitecture("resnet50");
  for (const file of ["resnetaa50.a1h_in1k/model.safetensors", "resnetblur50-84f4748f.pth"]) {
    for (const naming of namings)
      assert.throws(() => twinNotice(file, "resnet50", naming), /computes something else/);
  }
  for (const naming of namings) assert.equal(twinNotice("resnet50.pth", "resnet50", naming), undefined);
});

test("where the name says nothing, what was asked for is taken, and the other network is told", () => {
  for (const file of ["best.pth", "tf_models/last.pth", "tf_efficientnet_b01.pth", "efficientnet_b0x.pth"]) {
    const notice = twinNotice(file, "efficientnet-b0", sharedNaming("efficientnet-b0"));
    assert.match(notice ?? "", /tf-efficientnet-b0/, file);
  }
  const [torchvision] = findArchitecture("efficientnet-b0").namings;
  assert.ok(torchvision);
  assert.equal(
    twinNotice("best.pth", "efficientnet-b0", torchvision),
    undefined,
    "torchvision's names are its own",
  );
});

test("no published checkpoint is added as another network than its name says", () => {
  for (const { name, architecture, url = "" } of KNOWN_BASES) {
    for (const naming of findArchitecture(architecture).namings) {
      assert.doesNotThrow(() => twinNotice(url, architecture, naming), name);
    }
  }
});

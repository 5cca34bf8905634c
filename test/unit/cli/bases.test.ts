/** What `thaw bases add` says of the weights that it took, and what `thaw get` of bases that were compared. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { KnownBasesJson } from "../../../cli/json/bases.js";
import { knownTable, takenSentence } from "../../../cli/render/models/bases.js";
import { comparedBasesText } from "../../../cli/render/models/comparedBases.js";
import type { TakenWeights } from "../../../spec/base.js";
import type { BaseCandidate } from "../../../spec/records/baseComparison.js";
import { plainScreen } from "./screens.js";

const SAID: readonly (readonly [taken: TakenWeights, sentence: string])[] = [
  [{ name: "state_dict" }, "Taken from the file: state_dict."],
  [
    { name: "backbone.body.", prefix: "backbone.body." },
    "Taken from the file: backbone.body.; the prefix backbone.body. was taken off its names.",
  ],
  [
    { name: "plain", others: ["ema"] },
    "Taken from the file: plain. The file also holds ema, which `--weights ema` would take.",
  ],
  [
    { name: "plain", converted: ["bfloat16", "float16"] },
    "Its numbers are bfloat16 and float16 in the file; thaw computes with float32.",
  ],
  [
    { name: "model", blueFirst: true },
    "Taken from the file: model. It was trained on pixels in the order blue, green, red; its first kernel was turned to red, green, blue.",
  ],
  [
    { name: "plain", oneChannel: true },
    "It was trained on one channel: a third of its first kernel was given to each of red, green and blue, which is the same for grey pictures; of coloured ones it sees the mean of the three.",
  ],
  [
    { name: "plain", computed: true },
    "Its graph computes kernels of other weights, as standardised ones are: thaw has what came out, and tunes that as it is.",
  ],
  [
    { name: "plain", bands: { count: 13, shown: [4, 3, 2] } },
    "It was trained on 13 channels, and is shown red, green and blue in its channels 4, 3, 2; in the others it sees nought, always, and what it learned of them is of no use.",
  ],
  [
    { name: "plain", bands: { count: 2, shown: [1] } },
    "It was trained on 2 channels, and is shown the mean of red, green and blue in channel 1; in the other it sees nought, always, and what it learned of them is of no use.",
  ],
  [
    { name: "plain", folded: true },
    "It has no batch norms (any more): runs cannot tell how far your images are from its own.",
  ],
];

for (const [taken, sentence] of SAID) {
  test(`it says: ${sentence}`, () => assert.equal(takenSentence(taken), sentence));
}

const candidate = (name: string, cost: BaseCandidate["cost"]): BaseCandidate => ({
  name,
  probe: { accuracy: 0.9, interval: [0.85, 0.934], balancedAccuracy: 0.9 },
  logMe: 0,
  hScore: 0,
  neighbours: 0.8,
  ...(cost === undefined ? {} : { cost }),
});
const speedOn = (machine: string) => ({ viewsPerSecond: 61.4, batches: 3, machine });

test("compared bases are a table of accuracy and cost, which says where the time was measured", () => {
  const known = { multiplyAdds: 1.81e9, weightBytes: 44.7e6, passBytes: 120e6 };
  const candidates = [
    candidate("large", { ...known, speed: speedOn("2 processors, Some CPU") }),
    candidate("mobile", {}),
    candidate("older", undefined),
  ];
  const text = comparedBasesText({ candidates, chosen: "large", reason: "large: more" }, plainScreen(100));
  const lines = text.split("\n");
  assert.equal(lines[0], "large: more.");
  assert.match(text, /^large +90\.0 % +85\.0 – 93\.4 +1\.8 G +61 +44\.7 MB +120\.0 MB$/m);
  assert.match(text, /^mobile +90\.0 % +85\.0 – 93\.4 +– +– +– +–$/m);
  assert.equal(
    lines.at(-1),
    "Images/s of the frozen base on 2 processors, Some CPU; memory for 32 images, at least.",
  );
});

test("images a second of two machines are said to be of two machines", () => {
  const candidates = [
    candidate("a", { speed: speedOn("a GPU") }),
    candidate("b", { speed: speedOn("4 processors") }),
  ];
  const text = comparedBasesText({ candidates, chosen: "a", reason: "a: more" }, plainScreen(200));
  assert.match(text, /on different machines \(a on a GPU; b on 4 processors\)/);
});

test("a licence is not cut, however narrow the terminal: the part that is lost may forbid the use", () => {
  const licence = "see the publisher (code: Apache-2.0; weights by the terms of the collections)";
  const one = {
    name: "xray/densenet121-all",
    architecture: "densenet121",
    pretrainedOn: "chest radiographs",
  };
  const text = knownTable({ known: [{ ...one, licence } as KnownBasesJson["known"][number]] }, plainScreen());
  assert.ok(text.includes(licence), text);
});

/** The renderers of bases, with data of the kind that they show. */
import {
  basesTable,
  inputSentence,
  knownSentences,
  knownTable,
  networkSentence,
  takenSentence,
} from "../../../../cli/render/models/bases.js";
import { comparedBasesText } from "../../../../cli/render/models/comparedBases.js";
import { one, type Rendered } from "./rendered.js";

const BASE = {
  name: "own",
  version: 1,
  pretrainedOn: "photographs",
  inputSize: 64,
  licence: "MIT",
  sha256: "ab",
};

const CANDIDATE = {
  name: "small",
  probe: { accuracy: 0.9, interval: [0.85, 0.93], balancedAccuracy: 0.9 },
  cost: {
    multiplyAdds: 384e6,
    weightBytes: 13e6,
    passBytes: 91e6,
    speed: { viewsPerSecond: 61.4, batches: 4, machine: "2 processors, Some CPU" },
  },
};
const ELSEWHERE = {
  ...CANDIDATE,
  name: "other",
  cost: { speed: { viewsPerSecond: 900, batches: 4, machine: "a GPU" } },
};

export const OF_BASES: readonly Rendered[] = [
  one("comparedBasesText", { candidates: [CANDIDATE], reason: "small: it is better" }, comparedBasesText),
  one(
    "comparedBasesText",
    { candidates: [CANDIDATE, ELSEWHERE], reason: "small: better" },
    comparedBasesText,
  ),
  one("basesTable", { bases: [BASE], architectures: [{ name: "resnet18" }] }, basesTable),
  one("takenSentence", { name: "m", prefix: "m.", others: ["ema"], converted: ["half"] }, takenSentence),
  one(
    "knownTable",
    {
      known: [
        { name: "timm/a", architecture: "resnet18", pretrainedOn: "photographs", licence: "CC-BY-NC-4.0" },
      ],
    },
    knownTable,
  ),
  one(
    "knownSentences",
    { name: "timm/a", pin: { by: "first use", base: "a@1" }, note: "look" },
    knownSentences,
  ),
  one(
    "inputSentence",
    {
      inputSize: 64,
      preprocessing: { mean: 0, deviation: [1, 2, 3], kernel: "cubic", cropFraction: 0.5, channels: "RGB" },
      guessed: ["scale"],
    },
    inputSentence,
  ),
  one(
    "networkSentence",
    {
      architecture: "onnx-2",
      network: { features: 8, multiplyAdds: 1, output: "a value", head: "Gemm (a name)" },
    },
    networkSentence,
  ),
];

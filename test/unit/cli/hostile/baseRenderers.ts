/** The renderers of bases, with data of the kind that they show. */
import {
  basesTable,
  inputSentence,
  knownSentences,
  knownTable,
  networkSentence,
  takenSentence,
} from "../../../../cli/render/models/bases.js";
import { one, type Rendered } from "./rendered.js";

const BASE = {
  name: "own",
  version: 1,
  pretrainedOn: "photographs",
  inputSize: 64,
  licence: "MIT",
  sha256: "ab",
};

export const OF_BASES: readonly Rendered[] = [
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

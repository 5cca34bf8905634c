/** What `thaw bases add` says of the weights that it took. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { takenSentence } from "../../../cli/render/models/bases.js";
import type { TakenWeights } from "../../../spec/base.js";

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
    { name: "plain", folded: true },
    "Its batch norms were folded into its kernels, so runs cannot tell how far your images are from its own.",
  ],
];

for (const [taken, sentence] of SAID) {
  test(`it says: ${sentence}`, () => assert.equal(takenSentence(taken), sentence));
}

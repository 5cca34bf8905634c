/** What `thaw compare` and `thaw diff` say alike: the two sides, and both on the images that neither has seen. */
import { pText } from "../../../spec/text/pText.js";
import type { ComparedSideJson, CompareJson } from "../../json/models.js";
import type { Screen } from "../../output.js";
import { percent } from "../numbers.js";

type Side = Pick<ComparedSideJson, "model" | "version" | "runId">;
type Paired = Pick<CompareJson, "paired" | "onlyTestOf" | "labelledOtherwise">;

export function sideTitles(a: Side, b: Side, { colours }: Screen): readonly string[] {
  const title = (letter: string, { model, version, runId }: Side): string =>
    `${colours.bold(letter)}  ${model}@${version}  ${colours.dim(runId)}`;
  return [title("A", a), title("B", b)];
}

export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return Number(text) === 0 ? text : `${value < 0 ? "−" : "+"}${text}`;
}

export function pairedSentences({ paired, onlyTestOf, labelledOtherwise }: Paired): readonly string[] {
  const others = [
    ...(onlyTestOf.a + onlyTestOf.b === 0
      ? []
      : [
          `${onlyTestOf.a} test images of A and ${onlyTestOf.b} of B were not held out by the other: they count in the columns above only.`,
        ]),
    ...(labelledOtherwise === 0
      ? []
      : [`${labelledOtherwise} images that both held out have different labels, and are left out.`]),
  ];
  if (paired === undefined)
    return [
      "No image was held out by both with the same label: the figures are of different images, and say nothing of which is better.",
      ...others,
    ];
  const { images, accuracyA, accuracyB, onlyA, onlyB, pValue, better, groups } = paired;
  const test = groups === undefined ? "McNemar's exact test" : `sign-flip test of their ${groups} groups`;
  const verdict =
    better === undefined ? "not proven that either is better" : `${better.toUpperCase()} is better`;
  return [
    `On the ${images} images that both held out: A ${percent(accuracyA)}, B ${percent(accuracyB)}; only A is right on ${onlyA}, only B on ${onlyB}: ${verdict} (${test}, two-sided, ${pText(pValue)}).`,
    ...others,
  ];
}

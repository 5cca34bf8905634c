/** Test images that have a copy among the images that are learned from, and the accuracy without them. */
import type { Evaluation } from "../../spec/records/evaluation.js";
import { counted, integer, percent } from "../format.js";

export type Twins = NonNullable<Evaluation["twins"]>;

/** `120 of 394 test images have …`; what a repair did about it included. */
export function twinsSentence(twins: Twins, testImages: number): string {
  const { images, accuracy, accuracyOfOthers } = twins;
  const [have, them] = images === 1 ? ["has", "it"] : ["have", "them"];
  const without =
    accuracyOfOthers === undefined
      ? "there are no other test images"
      : `without ${them} the accuracy is ${percent(accuracyOfOthers)}`;
  return (
    `${integer(images)} of ${counted(testImages, "test image")} ${have} a copy among the training or validation images ` +
    `as they came (${kindsOf(twins)}); ${whereCopiesAre(twins)}. On ${them} the accuracy is ${percent(accuracy)}, ${without}.`
  );
}

/** `100 with the same bytes, 20 that only look the same`. */
export function kindsOf({ sameBytes, sameLook }: Twins): string {
  return `${integer(sameBytes)} with the same bytes, ${integer(sameLook)} that only ${sameLook === 1 ? "looks" : "look"} the same`;
}

function whereCopiesAre({ images, stillThere }: Twins): string {
  if (stillThere === 0) return "these copies were left out";
  return stillThere === images
    ? "these copies were left where they are"
    : `of ${integer(stillThere)} they are still there`;
}

/** Two versions class by class, on the images that both held out. */
import { holm } from "../../../learn/proof/holm.js";
import { pairedTest } from "../../../learn/proof/pairedTest.js";
import { LEAST_IMAGES } from "../../../spec/records/proof.js";
import { type Answer, groupsOfPairs } from "../compare.js";

export interface ClassFigures {
  readonly name: string;
  /** That both held out, with this label. */
  readonly images: number;
  /** Recall in [0, 1] on them. */
  readonly a: number;
  readonly b: number;
  readonly onlyA: number;
  readonly onlyB: number;
  /** Of McNemar's exact test, or of groups' signs where images share them, two-sided, adjusted for the number of classes that are tested (Holm); 1 with too few images. */
  readonly pValue: number;
  readonly verdict: "a-better" | "b-better" | "not-proven" | "cannot-say";
}

const LEVEL = 0.05;

/** @param pairs of one image each, with the same label on both sides @returns by name */
export function classFigures(pairs: readonly (readonly [a: Answer, b: Answer])[]): readonly ClassFigures[] {
  const names = [...new Set(pairs.map(([{ label }]) => label))].sort();
  const classes = names.map((name) => {
    const own = pairs.filter(([{ label }]) => label === name);
    const rights = own.map(([one, other]) => [one.isRight, other.isRight] as const);
    const share = (side: 0 | 1): number => rights.filter((pair) => pair[side]).length / rights.length;
    return {
      name,
      images: rights.length,
      a: share(0),
      b: share(1),
      ...pairedTest(rights, groupsOfPairs(own)),
    };
  });
  const tested = classes.filter(({ images }) => images >= LEAST_IMAGES);
  const adjusted = new Map(
    holm(tested.map(({ pValue }) => pValue)).map((pValue, index) => [tested[index]?.name, pValue]),
  );
  return classes.map((one) => {
    const pValue = adjusted.get(one.name);
    if (pValue === undefined) return { ...one, pValue: 1, verdict: "cannot-say" };
    if (pValue >= LEVEL) return { ...one, pValue, verdict: "not-proven" };
    return { ...one, pValue, verdict: one.onlyA > one.onlyB ? "a-better" : "b-better" };
  });
}

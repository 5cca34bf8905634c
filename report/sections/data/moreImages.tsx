/** What more images would buy: the advice and the learning curve that it rests on. */
import type { VNode } from "preact";
import { ADVICE_WITHHELD } from "../../../spec/pipeline/advice.js";
import type { RecipeSummary } from "../../../spec/records/recipe.js";
import { ImagesCurve } from "../../plots/imagesCurve.js";

interface MoreImagesProps {
  readonly recipe: RecipeSummary;
  /** The curve holds for images like those that it was measured on. */
  readonly unlikeTest: boolean;
}

export function MoreImages({ recipe, unlikeTest }: MoreImagesProps): VNode | null {
  const { advice } = recipe;
  const curve = recipe.evidence.learningCurve;
  if (advice === undefined) return null;
  if (unlikeTest) {
    return (
      <>
        <h3>What more images would buy</h3>
        <p>{capital(ADVICE_WITHHELD)}.</p>
      </>
    );
  }
  return (
    <>
      <h3>What more images would buy</h3>
      <p>{capital(advice)}.</p>
      {curve !== undefined && (
        <figure>
          <ImagesCurve curve={curve} />
          <figcaption>
            Linear classifier on the base's features, fitted to parts of the training and validation images
            and measured on the others ({curve.draws} random draws; bars: standard deviation between them).
            The line is a power law; dashed and hollow is what it expects, with 95 % intervals.
            {curve.verdict === "uncertain" && " Here it is not to be trusted."} Fine-tuning usually does
            better than this classifier and gains from more images in its own way.
          </figcaption>
        </figure>
      )}
    </>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

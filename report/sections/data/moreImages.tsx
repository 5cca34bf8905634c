/** What more images would buy: the advice and the learning curve that it rests on. */
import type { VNode } from "preact";
import type { RecipeSummary } from "../../../spec/records/recipe.js";
import { ImagesCurve } from "../../plots/imagesCurve.js";

export function MoreImages({ recipe }: { readonly recipe: RecipeSummary }): VNode | null {
  const { advice } = recipe;
  const curve = recipe.evidence.learningCurve;
  if (advice === undefined) return null;
  return (
    <>
      <h3>What more images would buy</h3>
      <p>
        {advice.charAt(0).toUpperCase()}
        {advice.slice(1)}.
      </p>
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

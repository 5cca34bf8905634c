/** The mistakes that the model was surest of, and the right answers that it was least sure of, as pictures. */
import type { VNode } from "preact";
import type { Prediction } from "../../../spec/records/evaluation.js";
import { counted, percent } from "../../format.js";
import { pictureMaps } from "../../pictures/maps.js";
import { type Picture, PictureList } from "../../pictures/pictureList.js";
import type { SectionProps } from "../section.js";

/** The right answers of least confidence are as telling as mistakes, but there are always some. */
const MOST_CLOSE_CALLS = 12;

/** Where the map of the features links to. */
export const mistakeAnchor = (index: number): string => `mistake-${index + 1}`;

export function Mistakes({ data }: SectionProps): VNode {
  const { mistakes, classes, confusion, images, topLosses = [] } = data.evaluation;
  const wrong = images - confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const closeCalls = topLosses
    .filter(({ label, predicted }) => label === predicted)
    .slice(0, MOST_CLOSE_CALLS);
  const shared = { thumbnails: data.thumbnails, maps: pictureMaps(data) };
  return (
    <>
      {mistakes.length === 0 ? (
        <p>There are no mistakes: all {counted(images, "test image")} were classified correctly.</p>
      ) : (
        <>
          <p>
            {wrong > mistakes.length
              ? `The ${mistakes.length} most confident of ${counted(wrong, "mistake")}`
              : `All ${counted(wrong, "mistake")}, the most confident first`}
            . Look for wrong labels among them: what the model is sure of is often right.
          </p>
          <PictureList
            id="mistake-maps"
            pictures={predictionPictures(mistakes, classes, mistakeAnchor)}
            {...shared}
          />
        </>
      )}
      {closeCalls.length > 0 && (
        <>
          <h3>Right, and least sure of it</h3>
          <PictureList id="close-call-maps" pictures={predictionPictures(closeCalls, classes)} {...shared} />
        </>
      )}
    </>
  );
}

/** As pictures, with the truth before what was predicted. */
export function predictionPictures(
  predictions: readonly Prediction[],
  classes: readonly string[],
  anchor?: (index: number) => string,
): Picture[] {
  const nameOf = (label: number): string => classes[label] ?? `class ${label}`;
  return predictions.map(({ path, label, predicted, confidence }, index) => ({
    path,
    alt: `Test image of ${nameOf(label)}, predicted as ${nameOf(predicted)}`,
    facts: [
      { term: "Truth", value: nameOf(label) },
      { term: "Predicted", value: nameOf(predicted), strong: true },
      { term: "Confidence", value: percent(confidence) },
    ],
    ...(anchor === undefined ? {} : { anchor: anchor(index) }),
  }));
}

/** The mistakes that the model was surest of, and the right answers that it was least sure of, as pictures. */
import { Fragment, type VNode } from "preact";
import type { Prediction } from "../../spec/evaluation.js";
import { counted, percent } from "../format.js";
import { Thumbnail } from "../thumbnail.js";
import type { SectionProps } from "./section.js";

/** The right answers of least confidence are as telling as mistakes, but there are always some. */
const MOST_CLOSE_CALLS = 12;

export function Mistakes({ data }: SectionProps): VNode {
  const { mistakes, classes, confusion, images, topLosses = [] } = data.evaluation;
  const wrong = images - confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const closeCalls = topLosses
    .filter(({ label, predicted }) => label === predicted)
    .slice(0, MOST_CLOSE_CALLS);
  const pictures = { classes, thumbnails: data.thumbnails };
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
          <Pictures predictions={mistakes} {...pictures} />
        </>
      )}
      {closeCalls.length > 0 && (
        <>
          <h3>Right, and least sure of it</h3>
          <Pictures predictions={closeCalls} {...pictures} />
        </>
      )}
    </>
  );
}

interface PicturesProps {
  readonly predictions: readonly Prediction[];
  readonly classes: readonly string[];
  readonly thumbnails: Readonly<Record<string, string>>;
}

function Pictures({ predictions, classes, thumbnails }: PicturesProps): VNode {
  const nameOf = (label: number): string => classes[label] ?? `class ${label}`;
  return (
    <ol class="pictures">
      {predictions.map(({ path, label, predicted, confidence }) => (
        <li key={path}>
          <figure>
            <Thumbnail
              path={path}
              thumbnails={thumbnails}
              alt={
                label === predicted
                  ? `Test image of ${nameOf(label)}`
                  : `Test image of ${nameOf(label)} that was taken for ${nameOf(predicted)}`
              }
            />
            <figcaption>
              <dl>
                <dt>Truth</dt>
                <dd>{nameOf(label)}</dd>
                <dt>Predicted</dt>
                <dd>
                  <strong>{nameOf(predicted)}</strong>
                </dd>
                <dt>Confidence</dt>
                <dd>{percent(confidence)}</dd>
              </dl>
              <span class="path">
                <BreakablePath path={path} />
              </span>
            </figcaption>
          </figure>
        </li>
      ))}
    </ol>
  );
}

/** Lines of a narrow column break after the slashes of a path. */
export function BreakablePath({ path }: { path: string }): VNode {
  const parts = path.split("/");
  return (
    <>
      {parts.map((part, index) =>
        index === parts.length - 1 ? (
          part
        ) : (
          <Fragment key={index}>
            {part}/<wbr />
          </Fragment>
        ),
      )}
    </>
  );
}

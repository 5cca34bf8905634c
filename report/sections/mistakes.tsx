/** The mistakes that the model was surest of, as pictures. */
import { Fragment, type VNode } from "preact";
import { counted, percent } from "../format.js";
import { Thumbnail } from "../thumbnail.js";
import type { SectionProps } from "./section.js";

export function Mistakes({ data }: SectionProps): VNode {
  const { mistakes, classes, confusion, images } = data.evaluation;
  if (mistakes.length === 0) {
    return <p>There are none: all {counted(images, "test image")} were classified correctly.</p>;
  }
  const wrong = images - confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const nameOf = (label: number): string => classes[label] ?? `class ${label}`;
  return (
    <>
      <p>
        {wrong > mistakes.length
          ? `The ${mistakes.length} most confident of ${counted(wrong, "mistake")}`
          : `All ${counted(wrong, "mistake")}, the most confident first`}
        . Look for wrong labels among them: what the model is sure of is often right.
      </p>
      <ol class="pictures">
        {mistakes.map(({ path, label, predicted, confidence }) => (
          <li key={path}>
            <figure>
              <Thumbnail
                path={path}
                thumbnails={data.thumbnails}
                alt={`Test image of ${nameOf(label)} that was taken for ${nameOf(predicted)}`}
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
    </>
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

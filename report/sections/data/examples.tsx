/** A few training images of each class: what the labels mean is seen at once. */
import type { VNode } from "preact";
import { counted } from "../../format.js";
import { Thumbnail } from "../../pictures/thumbnail.js";
import type { SectionProps } from "../section.js";

/** Classes that are shown unfolded. */
const MOST_CLASSES = 10;

export function Examples({ data }: SectionProps): VNode {
  const { classes } = data.dataset;
  if (data.examples.every((paths) => paths.length === 0)) {
    return <p class="muted">No training images are embedded in this report.</p>;
  }
  const labels = classes.map((_, label) => label);
  const rest = labels.slice(MOST_CLASSES);
  return (
    <>
      <p class="muted">Training images of each class, as the network gets them.</p>
      <Rows data={data} labels={labels.slice(0, MOST_CLASSES)} />
      {rest.length > 0 && (
        <details>
          <summary>{counted(rest.length, "more class", "more classes")}</summary>
          <Rows data={data} labels={rest} />
        </details>
      )}
    </>
  );
}

function Rows({ data, labels }: Pick<SectionProps, "data"> & { labels: readonly number[] }): VNode {
  return (
    <dl class="examples">
      {labels.map((label) => {
        const name = data.dataset.classes[label] ?? `class ${label}`;
        return (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {(data.examples[label] ?? []).map((path) => (
                <Thumbnail key={path} path={path} thumbnails={data.thumbnails} alt={`Example of ${name}`} />
              ))}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Images of different splits that may be one picture, pair by pair, to be judged by eye. */
import type { VNode } from "preact";
import type { FaultImage } from "../../spec/dataset.js";
import type { ReportData } from "../../spec/report.js";
import type { SuspectedPair } from "../../spec/suspectedCopies.js";
import { counted, percent } from "../format.js";
import { Thumbnail } from "../thumbnail.js";
import { BreakablePath } from "./mistakes.js";

interface SuspectedPairsProps {
  readonly data: ReportData;
  readonly pairs: readonly SuspectedPair[];
}

export function SuspectedPairs({ data, pairs }: SuspectedPairsProps): VNode {
  const copies = data.recipe?.copies;
  return (
    <>
      <h3>Suspected copies across the splits</h3>
      <p>
        Of {counted(copies?.compared ?? 0, "validation and test image")} {copies?.count ?? 0} nearly{" "}
        {copies?.count === 1 ? "matches an image" : "match images"} of another split in the base’s features,
        though their perceptual hashes differ: mirrored, recoloured or cut copies look like this, but so do
        different photographs of one thing. Nothing was left out because of it. Where they are copies, give
        both the same group in a manifest, or the accuracy is too good.
        {withoutSentence(data)}
      </p>
      <ul class="copies">
        {pairs.map(({ image, nearest, similarity }) => (
          <li key={image.path}>
            <p class="muted">cosine similarity {similarity.toFixed(3)}</p>
            <div class="pictures">
              <Picture data={data} image={image} />
              <Picture data={data} image={nearest} />
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Picture({ data, image }: { readonly data: ReportData; readonly image: FaultImage }): VNode {
  const { path, label, split } = image;
  const name = data.dataset.classes[label] ?? `class ${label}`;
  return (
    <figure>
      <Thumbnail
        path={path}
        thumbnails={data.thumbnails}
        alt={`Suspected copy labelled ${name} in the ${split} split`}
      />
      <figcaption>
        <strong>{name}</strong>, {split}
        <span class="path">
          <BreakablePath path={path} />
        </span>
      </figcaption>
    </figure>
  );
}

function withoutSentence({ suspectedCopies, evaluation }: ReportData): string {
  if (suspectedCopies === undefined) return "";
  const { images, accuracy, accuracyOfOthers } = suspectedCopies;
  const others =
    accuracyOfOthers === undefined ? "there are no others" : `on the others ${percent(accuracyOfOthers)}`;
  return (
    ` On the ${counted(images, "test image")} among them the accuracy is ${percent(accuracy)}, ${others}, ` +
    `on all of them ${percent(evaluation.accuracy)}.`
  );
}

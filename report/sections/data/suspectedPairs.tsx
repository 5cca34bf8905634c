/** Images of different splits that may be one picture, pair by pair, to be judged by eye. */
import type { VNode } from "preact";
import type { FaultImage } from "../../../spec/records/dataset.js";
import type { ReportData } from "../../../spec/records/report.js";
import type { SuspectedPair } from "../../../spec/records/suspectedCopies.js";
import { counted, percent, shownSentence } from "../../format.js";
import { type Picture, PictureList } from "../../pictures/pictureList.js";

interface SuspectedPairsProps {
  readonly data: ReportData;
  readonly pairs: readonly SuspectedPair[];
}

export function SuspectedPairs({ data, pairs }: SuspectedPairsProps): VNode {
  const copies = data.recipe?.copies;
  const pictureOf = ({ path, label, split }: FaultImage): Picture => {
    const name = data.dataset.classes[label] ?? `class ${label}`;
    return {
      path,
      alt: `Suspected copy labelled ${name} in the ${split} split`,
      facts: [
        { term: "Label", value: name, strong: true },
        { term: "Split", value: split },
      ],
    };
  };
  return (
    <>
      <h3>Suspected copies across the splits</h3>
      <p>
        Of {counted(copies?.compared ?? 0, "validation and test image")} {copies?.count ?? 0} nearly{" "}
        {copies?.count === 1 ? "matches an image" : "match images"} of another split in the base’s features,
        though their perceptual hashes differ: mirrored, recoloured or cut copies look like this, but so do
        different photographs of one thing. Nothing was left out because of it. Where they are copies, give
        both the same group in a manifest, or the accuracy may be too good.
        {withoutSentence(data)}
        {shownSentence(pairs.length, copies?.count ?? 0)}
      </p>
      <ul class="copies">
        {pairs.map(({ image, nearest, similarity }) => (
          <li key={image.path}>
            <p class="muted">cosine similarity {similarity.toFixed(3)}</p>
            <PictureList thumbnails={data.thumbnails} pictures={[image, nearest].map(pictureOf)} />
          </li>
        ))}
      </ul>
    </>
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

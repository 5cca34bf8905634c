/** How the images that were new looked to the version in use, before the run: what differs, and those that look newest. */
import type { VNode } from "preact";
import type { DriftVerdict } from "../../../spec/records/drift.js";
import { counted, percent } from "../../format.js";
import { PictureList } from "../../pictures/pictureList.js";
import type { SectionProps } from "../section.js";

const MEANS: Readonly<Record<DriftVerdict, string>> = {
  same: "The images are of the kind that the version in use was evaluated on, as far as so many can tell.",
  different: "This run was trained and evaluated with them among its images.",
  "may-hurt":
    "The version in use is probably less often right on them than on those that it was evaluated on. This run was trained and evaluated with them among its images.",
  "cannot-say": "The images are too few to say anything.",
};

export function NewImages({ data }: Pick<SectionProps, "data">): VNode | null {
  const { drift, thumbnails } = data;
  if (drift === undefined) return null;
  const { model, verdict, sentence, properties, outputs = [], level, newest, images } = drift;
  const [, ...more] = properties;
  const shares = outputs.filter(({ sharePValue }) => sharePValue < level);
  return (
    <>
      <p>
        Before this run the images that <code>{`${model.name}@${model.version}`}</code> had not met were held
        against those that it was evaluated on. The verdict: <strong>{sentence}</strong>.
      </p>
      <p>{MEANS[verdict]}</p>
      {more.length + shares.length > 0 && (
        <ul>
          {more.map(({ name, sentence: one }) => (
            <li key={name}>{one}</li>
          ))}
          {shares.map(({ name, heldOutShare, newShare }) => (
            <li key={`class ${name}`}>
              {percent(newShare)} of the new images are predicted as {name}, {percent(heldOutShare)} of the
              held-out ones
            </li>
          ))}
        </ul>
      )}
      {newest.length > 0 && (
        <>
          <h3>Newest-looking</h3>
          <PictureList
            thumbnails={thumbnails}
            pictures={newest.map(({ path, predicted, confidence, distance }) => ({
              path,
              alt: `New image that the version in use takes for ${predicted}`,
              facts: [
                { term: "Taken for", value: predicted, strong: true },
                { term: "Confidence", value: percent(confidence) },
                { term: "Distance", value: `${distance.toFixed(1)}×` },
              ],
            }))}
          />
        </>
      )}
      <p class="muted">
        {counted(images.compared, "new image")} compared with {counted(images.heldOut, "held-out one")}, of{" "}
        {images.found} that are new. A distance is that of the features from the nearest held-out image, in
        that which those have from each other; it says nothing of accuracy. False alarms: at most{" "}
        {percent(level)}.
      </p>
    </>
  );
}

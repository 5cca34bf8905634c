/** What to check in the data: contradictions, leaks, label suspects, shortcuts, unequal classes. */
import type { ComponentChildren, VNode } from "preact";
import { leakEffect } from "../../checks/leakEffect.js";
import { checkPictures, hasSuspectedCopies, type ShownGroup } from "../../checks/pictures.js";
import { faultSentences } from "../../checks/sentences.js";
import { twinsSentence } from "../../checks/twinWords.js";
import { counted, percent, shownSentence } from "../../format.js";
import { PictureList } from "../../pictures/pictureList.js";
import type { SectionProps } from "../section.js";
import { SuspectedPairs } from "./suspectedPairs.js";
import { Suspects } from "./suspects.js";

type Props = Pick<SectionProps, "data">;

export function DataChecks({ data }: Props): VNode {
  const { faults, classes } = data.dataset;
  if (faults === undefined) {
    return <p>The images were read by an older version of thaw, which did not look for faults.</p>;
  }
  const { conflicts, lookAlikes, leaks, duplicates, suspects, trainingSuspects, pairs } = checkPictures(data);
  const { twins } = data.evaluation;
  const sentences = faultSentences(faults, classes);
  const looked = suspects.length + trainingSuspects.length + pairs.length;
  const isClean = faults.duplicates.count + looked + sentences.length === 0;
  if (isClean) {
    return (
      <p>
        Nothing suspicious was found: no copies, no contradicting labels, no property of the files that gives
        a class away, and no class that is too small.
      </p>
    );
  }
  return (
    <>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {conflicts.length > 0 && (
        <Groups data={data} title="Contradicting labels" groups={conflicts}>
          {counted(faults.conflicts.count, "picture")} {faults.conflicts.count === 1 ? "is" : "are"} there
          more than once under different labels.{" "}
          {faults.lookAlikes === undefined
            ? "Where the bytes are the same, at least one of the labels is wrong, or the classes overlap."
            : "The bytes are the same: at least one of the labels is wrong, or the classes overlap."}
          {shownSentence(conflicts.length, faults.conflicts.count)}
        </Groups>
      )}
      {faults.lookAlikes !== undefined && lookAlikes.length > 0 && (
        <Groups data={data} title="Look alike, labelled differently" groups={lookAlikes}>
          The images of {counted(faults.lookAlikes.count, "picture")} look nearly the same and have different
          labels. They may all be right – a face with and without a mask looks like this – or one of the
          labels is wrong: look at them.
          {shownSentence(lookAlikes.length, faults.lookAlikes.count)}
        </Groups>
      )}
      {faults.leaks !== undefined && leaks.length > 0 && (
        <Groups data={data} title="Copies across the splits that came with the images" groups={leaks}>
          {counted(faults.leaks.count, "picture")} {faults.leaks.count === 1 ? "lies" : "lie"} in more than
          one split.{" "}
          {faults.leaks.policy === "repair"
            ? `The copies of held-out images were left out of the other splits (${counted(faults.leaks.dropped, "image")}).`
            : `They were left as they are, ${leakEffect(data.evaluation.leaked)}.`}
          {twins === undefined ? leakedSentence(data) : ` ${twinsSentence(twins, data.evaluation.images)}`}
          {shownSentence(leaks.length, faults.leaks.count)}
        </Groups>
      )}
      {pairs.length > 0 && <SuspectedPairs data={data} pairs={pairs} />}
      {suspects.length + trainingSuspects.length > 0 && (
        <Suspects data={data} byModel={suspects} byProbe={trainingSuspects} />
      )}
      {duplicates.length > 0 && (
        <Groups data={data} title="Copies" groups={duplicates}>
          {counted(faults.duplicates.count, "picture")} {faults.duplicates.count === 1 ? "is" : "are"} there
          more than once, as the same bytes or nearly the same look
          {faults.leaks === undefined && `; all copies of a picture lie in one split${knownSentence(data)}`}.
          They count more than other pictures without telling more.
          {shownSentence(duplicates.length, faults.duplicates.count)}
        </Groups>
      )}
    </>
  );
}

function knownSentence(data: SectionProps["data"]): string {
  return hasSuspectedCopies(data)
    ? ", but for those that are suspected across the splits"
    : ", so no test image is known from training";
}

function leakedSentence({ evaluation: { leaked, accuracy } }: SectionProps["data"]): string {
  if (leaked === undefined) return "";
  const others =
    leaked.accuracyOfOthers === undefined
      ? "there are no others"
      : `on the others ${percent(leaked.accuracyOfOthers)}`;
  return (
    ` On the ${counted(leaked.images, "test image")} known from training the accuracy is ` +
    `${percent(leaked.accuracy)}, ${others}, on all of them ${percent(accuracy)}.`
  );
}

interface GroupsProps extends Props {
  readonly title: string;
  readonly groups: readonly ShownGroup[];
  readonly children: ComponentChildren;
}

function Groups({ data, title, groups, children }: GroupsProps): VNode {
  const nameOf = (label: number): string => data.dataset.classes[label] ?? `class ${label}`;
  return (
    <>
      <h3>{title}</h3>
      <p>{children}</p>
      <ul class="copies">
        {groups.map(({ images, size, sameBytes }, index) => (
          <li key={index}>
            <p class="muted">
              {counted(size, "image")}, {sameBytes ? "the same bytes" : "the same look"}
              {images.length < size && `; ${images.length} of them shown`}
            </p>
            <PictureList
              thumbnails={data.thumbnails}
              pictures={images.map(({ path, label, split, dropped }) => ({
                path,
                alt: `Copy labelled ${nameOf(label)} in the ${split} split`,
                facts: [
                  { term: "Label", value: nameOf(label), strong: true },
                  { term: "Split", value: dropped ? `${split}, left out` : split },
                ],
              }))}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

/** Label suspects and where they come from. */
import type { VNode } from "preact";
import type { LabelSuspect, LabelSuspects } from "../../../spec/records/labelSuspects.js";
import type { ReportData } from "../../../spec/records/report.js";
import { counted, shownSentence } from "../../format.js";
import { PictureList } from "../../pictures/pictureList.js";

interface SuspectsProps {
  readonly data: ReportData;
  /** By the model, among images that its weights were not fitted to. */
  readonly byModel: readonly LabelSuspect[];
  /** By the recipe's probe, among those that no fit of it had seen. */
  readonly byProbe: readonly LabelSuspect[];
}

export function Suspects({ data, byModel, byProbe }: SuspectsProps): VNode {
  const { evaluation, recipe } = data;
  return (
    <>
      <h3>Labels that may be wrong</h3>
      {byModel.length > 0 && (
        <>
          <p>
            Of {counted(evaluation.labelSuspects?.judged ?? 0, "test and validation image")} the model is
            confident that {areOther(evaluation.labelSuspects)} (confident learning, the most suspicious
            first). Look at them: some are mistakes of the model, some of the labels. The model’s weights were
            fitted to none of them, but validation images decided when training stopped.
            {shownSentence(byModel.length, evaluation.labelSuspects?.count ?? 0)}
          </p>
          <Pictures data={data} suspects={byModel} />
        </>
      )}
      {byProbe.length > 0 && (
        <>
          <p>
            Of {counted(recipe?.labelSuspects?.judged ?? 0, "training and validation image")} the linear
            classifier of the recipe is confident that {areOther(recipe?.labelSuspects)} (out-of-fold
            probabilities: it judges only images that it was not fitted to). It knows less than the final
            model, so more of these are its own mistakes
            {byModel.length > 0 ? "; those above are not repeated" : ""}.
          </p>
          <Pictures data={data} suspects={byProbe} />
        </>
      )}
    </>
  );
}

const areOther = ({ count }: Pick<LabelSuspects, "count"> = { count: 0 }): string =>
  `${count} ${count === 1 ? "is" : "are"} of another class than the label says`;

function Pictures({
  data,
  suspects,
}: Pick<SuspectsProps, "data"> & { suspects: readonly LabelSuspect[] }): VNode {
  const nameOf = (label: number): string => data.evaluation.classes[label] ?? `class ${label}`;
  return (
    <PictureList
      thumbnails={data.thumbnails}
      pictures={suspects.map(({ path, label, suggested, split }) => ({
        path,
        alt: `Image labelled ${nameOf(label)} that looks like ${nameOf(suggested)}`,
        facts: [
          { term: "Label", value: nameOf(label) },
          { term: "Rather", value: nameOf(suggested), strong: true },
          { term: "Split", value: split },
        ],
      }))}
    />
  );
}

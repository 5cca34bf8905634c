/** The recipe cross-validated: each fold, all of them together, and whether fine-tuning is proven by them. */

import type { VNode } from "preact";
import type { CrossValidation, FoldFigure, FoldFigureSet } from "../../../spec/records/folds.js";
import { pText } from "../../../spec/text/pText.js";
import { counted, duration, percent, signedPoints } from "../../format.js";
import { type Column, Table } from "../../table.js";
import type { SectionProps } from "../section.js";

export function Folds({ data }: SectionProps): VNode {
  const { crossValidation: all } = data.evaluation;
  if (all === undefined) {
    const reason = data.recipe?.decision.folds?.reason ?? "this run was made before thaw had folds";
    return (
      <p>
        The figures are those of one hold-out of {counted(data.evaluation.images, "image")}; the recipe was
        not cross-validated: {reason}.
      </p>
    );
  }
  return (
    <>
      <p>
        The whole recipe was repeated {all.folds.length} times, each time with other images held out: groups
        of images stay together, every image is held out once, and the gates of a fold see only the fold's own
        validation images. The registered model is none of these; the folds tell what its recipe gives.
      </p>
      <p>{pairedSentence(all)}</p>
      {all.kept.length > 0 && <p>{keptSentence(all)}</p>}
      <FoldTable all={all} />
      <FigureTable all={all} />
    </>
  );
}

function pairedSentence({ againstHead, gain, images }: CrossValidation): string {
  const { better, worse, pValue: p } = againstHead;
  const [low, high] = gain.interval.map(points);
  const change = `Fine-tuning changed the accuracy by ${points(gain.mean)} points (95 % interval ${low} to ${high})`;
  if (better + worse === 0)
    return `${change}: not one of ${images} images is judged otherwise than by the head alone.`;
  const proven = p < 0.05 ? (better > worse ? "a proven gain" : "a proven loss") : "which may be chance";
  return `${change}. Of ${images} images it set ${better} right and ${worse} wrong: ${proven} (McNemar's test, ${pText(p)}).`;
}

const points = (value: number): string => signedPoints(100 * value);

function keptSentence({ kept, folds }: CrossValidation): string {
  const parts = kept.map(({ stage, deepest, folds: count }) => `${stage} (down to ${deepest}) in ${count}`);
  return `Of ${folds.length} folds the gate kept ${parts.join(", ")}.`;
}

function FoldTable({ all }: { all: CrossValidation }): VNode {
  return (
    <Table
      label="Folds"
      caption="Accuracy on the images that each fold held out."
      rows={all.folds}
      keyOf={({ fold }) => fold}
      columns={[
        { title: "Fold", cell: ({ fold }) => fold },
        { title: "Trained on", kind: "number", cell: ({ images }) => images.train },
        { title: "Held out", kind: "number", cell: ({ images }) => images.heldOut },
        { title: "Head alone", kind: "number", cell: ({ head }) => percent(head.accuracy) },
        { title: "After unfreezing", kind: "number", cell: ({ final }) => percent(final.accuracy) },
        {
          title: "Stages kept",
          cell: ({ stages }) => {
            const kept = stages.filter((stage) => stage.kept);
            return kept.map(({ stage }) => stage).join(", ") || "none";
          },
        },
        { title: "Time", kind: "number", cell: ({ seconds }) => duration(seconds) },
      ]}
    />
  );
}

const FIGURES: readonly (readonly [keyof FoldFigureSet, string])[] = [
  ["accuracy", "Accuracy"],
  ["balancedAccuracy", "Balanced accuracy"],
  ["macroF1", "Macro F1"],
];

function FigureTable({ all }: { all: CrossValidation }): VNode {
  return (
    <Table
      label="All folds together"
      caption="All folds together. Pooled: every image counts once. The interval is the wider one of the corrected resampled t interval around the mean of the folds (Nadeau and Bengio 2003), because folds share most of their training images, and the Wilson interval of the pooled figure, because folds may happen to agree."
      rows={FIGURES}
      keyOf={([name]) => name}
      columns={[
        { title: "Figure", cell: ([, title]) => title },
        ...spreadColumns("Head alone", all.head),
        ...spreadColumns("After unfreezing", all.final),
      ]}
    />
  );
}

function spreadColumns(what: string, figures: FoldFigureSet): Column<(typeof FIGURES)[number]>[] {
  return [
    { title: `${what}, pooled`, kind: "number", cell: ([name]) => percent(figures[name].pooled) },
    { title: `${what}, mean ± SD`, kind: "number", cell: ([name]) => <Spread figure={figures[name]} /> },
  ];
}

function Spread({ figure: { mean, deviation, interval } }: { figure: FoldFigure }): VNode {
  const [low, high] = interval;
  return (
    <>
      {(100 * mean).toFixed(1)} ± {percent(deviation)}
      <small>
        {(100 * low).toFixed(1)} to {percent(high)}
      </small>
    </>
  );
}

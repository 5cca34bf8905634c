/** Precision, recall, F1, ranking measures and support of each class, the weakest first. */
import type { VNode } from "preact";
import type { ClassMetrics, Evaluation } from "../../../spec/records/evaluation.js";
import { decimal, integer, percent } from "../../format.js";
import { type Column, Table } from "../../table.js";
import type { SectionProps } from "../section.js";

export function PerClass({ data: { evaluation } }: SectionProps): VNode {
  const { classes, confusion, perClass } = evaluation;
  const ranked = perClass.some(({ auc, averagePrecision }) => (auc ?? averagePrecision) !== undefined);
  const weakestFirst = perClass
    .map((metrics, label) => ({
      ...metrics,
      takenFor: commonestMistake(confusion[label] ?? [], label, classes),
    }))
    .sort((a, b) => a.f1 - b.f1);
  return (
    <Table
      label="Measures per class"
      caption={
        <>
          Weakest class first. Precision: how many of the images given this class belong to it. Recall: how
          many of its images were found. F1: their harmonic mean; over all classes, the mean of those that a
          test image has or is given.
          {ranked &&
            " AUC: how often an image of the class is given a higher probability of it than another image. AP: mean precision over all thresholds."}{" "}
          Support: its test images.
        </>
      }
      rows={weakestFirst}
      keyOf={({ name }) => name}
      columns={[
        { title: "Class", cell: ({ name }) => name, total: "All classes" },
        {
          title: "Precision",
          kind: "number",
          cell: ({ precision }) => percent(precision),
          total: `mean ${percent(evaluation.balancedAccuracy)}`,
          totalSpan: 2,
        },
        { title: "Recall", kind: "number", cell: ({ recall }) => percent(recall) },
        { title: "F1", kind: "number", cell: ({ f1 }) => decimal(f1), total: decimal(evaluation.macroF1) },
        ...(ranked ? rankingColumns(evaluation) : []),
        {
          title: "Support",
          kind: "number",
          cell: ({ support }) => integer(support),
          total: integer(evaluation.images),
        },
        { title: "Most often taken for", kind: "name", cell: ({ takenFor }) => takenFor },
      ]}
    />
  );
}

function rankingColumns({ macroAuc, macroAveragePrecision }: Evaluation): Column<ClassMetrics>[] {
  return [
    {
      title: "AUC",
      kind: "number",
      cell: ({ auc }) => decimal(auc ?? Number.NaN),
      total: decimal(macroAuc ?? Number.NaN),
    },
    {
      title: "AP",
      kind: "number",
      cell: ({ averagePrecision }) => decimal(averagePrecision ?? Number.NaN),
      total: decimal(macroAveragePrecision ?? Number.NaN),
    },
  ];
}

/** The class that most of a class's wrong predictions went to, with their number; empty when there are none. */
function commonestMistake(counts: readonly number[], label: number, classes: readonly string[]): string {
  const wrong = counts.map((count, predicted) => (predicted === label ? 0 : count));
  const most = Math.max(0, ...wrong);
  return most === 0 ? "" : `${classes[wrong.indexOf(most)]} (${most})`;
}

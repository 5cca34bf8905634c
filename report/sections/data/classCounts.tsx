/** Table of the images of each class in each split. */
import type { VNode } from "preact";
import { type DatasetSummary, SPLITS } from "../../../spec/records/dataset.js";
import { integer } from "../../format.js";
import { Bar, Table } from "../../table.js";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function ClassCounts({ dataset: { classes, counts } }: { dataset: DatasetSummary }): VNode {
  const totals = classes.map((_, label) => sum(SPLITS.map((split) => counts[split][label] ?? 0)));
  const largest = Math.max(1, ...totals);
  const labels = classes.map((_, label) => label);
  return (
    <Table
      label="Images per class and split"
      caption="Images per class and split"
      captionHidden
      roomy
      rows={labels}
      keyOf={(label) => label}
      columns={[
        { title: "Class", cell: (label) => classes[label], total: "All classes" },
        ...SPLITS.map((split) => ({
          title: split[0]?.toUpperCase() + split.slice(1),
          kind: "number" as const,
          cell: (label: number) => integer(counts[split][label] ?? 0),
          total: integer(sum(counts[split])),
        })),
        {
          title: "Total",
          kind: "number",
          cell: (label) => integer(totals[label] ?? 0),
          total: integer(sum(totals)),
        },
        {
          title: "Total as a bar",
          kind: "bar",
          width: "30%",
          cell: (label) => <Bar share={(totals[label] ?? 0) / largest} />,
        },
      ]}
    />
  );
}

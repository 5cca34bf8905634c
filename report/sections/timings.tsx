/** How long each stage took. */
import type { VNode } from "preact";
import { duration } from "../format.js";
import { Bar, Table } from "../table.js";
import type { SectionProps } from "./section.js";

export function Timings({ data: { timings } }: SectionProps): VNode {
  const longest = Math.max(...timings.map(({ seconds }) => seconds), Number.MIN_VALUE);
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <Table
      label="Timings"
      caption="Time that each stage took when it was computed."
      rows={timings}
      keyOf={({ stage }) => stage}
      columns={[
        {
          title: "Stage",
          cell: ({ stage, cached }) => (
            <>
              <code>{stage}</code>
              {cached && <small>reused from an earlier run</small>}
            </>
          ),
          total: "Together",
        },
        { title: "Time", kind: "number", cell: ({ seconds }) => duration(seconds), total: duration(total) },
        {
          title: "Time as a bar",
          kind: "bar",
          width: "55%",
          cell: ({ seconds }) => <Bar share={seconds / longest} />,
        },
      ]}
    />
  );
}

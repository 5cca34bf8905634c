/** The bases that were compared, the best first. */
import type { VNode } from "preact";
import type { BaseComparison } from "../../spec/baseComparison.js";
import { decimal, percent } from "../format.js";
import { Table } from "../table.js";

export function Bases({ comparison }: { comparison: BaseComparison }): VNode {
  const { candidates, reason } = comparison;
  return (
    <>
      <p>
        Chosen out of {candidates.length}. {reason}.
      </p>
      <Table
        label="Bases compared"
        rows={candidates}
        keyOf={({ name }) => name}
        columns={[
          { title: "Base", cell: ({ name }) => name },
          { title: "Linear probe", kind: "number", cell: ({ probe }) => percent(probe.accuracy) },
          {
            title: "95 % interval",
            kind: "number",
            cell: ({ probe: { interval } }) => `${percent(interval[0])} to ${percent(interval[1])}`,
          },
          { title: "Nearest neighbours", kind: "number", cell: ({ neighbours }) => percent(neighbours) },
          { title: "LogME", kind: "number", cell: ({ logMe }) => decimal(logMe) },
          { title: "H-score", kind: "number", cell: ({ hScore }) => decimal(hScore) },
          {
            title: "ms per view",
            kind: "number",
            cell: ({ secondsPerView }) => (1000 * secondsPerView).toFixed(1),
          },
        ]}
      />
    </>
  );
}

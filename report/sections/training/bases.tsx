/** The bases that were compared, the best first. */
import type { VNode } from "preact";
import type { BaseCandidate, BaseComparison } from "../../../spec/records/baseComparison.js";
import { decimal, percent } from "../../format.js";
import { type Column, Table } from "../../table.js";

/** Comparisons of version 1 have none. */
const DOMAIN: Column<BaseCandidate> = {
  title: "Domain distance",
  kind: "number",
  cell: ({ domain }) =>
    domain === undefined
      ? "–"
      : `${domain.distance.toFixed(2)} ± ${(2 * domain.error).toFixed(2)} (${domain.verdict})`,
};

export function Bases({ comparison }: { comparison: BaseComparison }): VNode {
  const { candidates, reason } = comparison;
  const hasDomain = candidates.some(({ domain }) => domain !== undefined);
  return (
    <>
      <p>
        Chosen out of {candidates.length}. {reason}.
      </p>
      <Table
        label="Bases compared"
        {...(hasDomain && {
          caption:
            "Domain distance: how far the images are from what each base was pretrained on, ± two standard errors. It has no say in the choice.",
        })}
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
          ...(hasDomain ? [DOMAIN] : []),
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

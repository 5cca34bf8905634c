/** The bases that were compared, the best first. */
import type { VNode } from "preact";
import type { BaseCandidate, BaseComparison } from "../../../spec/records/baseComparison.js";
import { speedText } from "../../../spec/records/features.js";
import { decimal, megabytes, multiplyAddsText, percent } from "../../format.js";
import { BasesByCost } from "../../plots/basesByCost.js";
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

/** Comparisons before version 4 have none. */
const COSTS: readonly Column<BaseCandidate>[] = [
  {
    title: "Multiply-adds",
    kind: "number",
    cell: ({ cost }) => (cost?.multiplyAdds === undefined ? "–" : multiplyAddsText(cost.multiplyAdds)),
  },
  {
    title: "Images/s",
    kind: "number",
    cell: ({ cost }) => (cost?.speed === undefined ? "–" : speedText(cost.speed)),
  },
  {
    title: "Weights",
    kind: "number",
    cell: ({ cost }) => (cost?.weightBytes === undefined ? "–" : megabytes(cost.weightBytes)),
  },
  {
    title: "Memory",
    kind: "number",
    cell: ({ cost }) => (cost?.passBytes === undefined ? "–" : megabytes(cost.passBytes)),
  },
];

/** The only figure of time that older comparisons have, decoding and all. */
const TIME: Column<BaseCandidate> = {
  title: "ms per view",
  kind: "number",
  cell: ({ secondsPerView }) => (secondsPerView === undefined ? "–" : (1000 * secondsPerView).toFixed(1)),
};

export function Bases({ comparison }: { comparison: BaseComparison }): VNode {
  const { candidates, chosen, reason } = comparison;
  const hasDomain = candidates.some(({ domain }) => domain !== undefined);
  const hasCost = candidates.some(({ cost }) => cost !== undefined);
  const caption = [
    ...(hasDomain
      ? [
          "Domain distance: how far the images are from what each base was pretrained on, ± two standard errors. It has no say in the choice.",
        ]
      : []),
    ...(hasCost ? [costCaption(candidates)] : []),
  ].join(" ");
  return (
    <>
      <p>
        Chosen out of {candidates.length}. {reason}.
      </p>
      <Table
        label="Bases compared"
        {...(caption !== "" && { caption })}
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
          ...(hasCost ? COSTS : []),
          { title: "Nearest neighbours", kind: "number", cell: ({ neighbours }) => percent(neighbours) },
          ...(hasDomain ? [DOMAIN] : []),
          { title: "LogME", kind: "number", cell: ({ logMe }) => decimal(logMe) },
          { title: "H-score", kind: "number", cell: ({ hScore }) => decimal(hScore) },
          ...(hasCost ? [] : [TIME]),
        ]}
      />
      <BasesByCost candidates={candidates} chosen={chosen} />
    </>
  );
}

function costCaption(candidates: readonly BaseCandidate[]): string {
  const machines = [...new Set(candidates.flatMap(({ cost }) => cost?.speed?.machine ?? []))];
  const [only] = machines;
  const where =
    only === undefined
      ? ""
      : machines.length === 1
        ? ` Images/s of the frozen base were measured in the run, on ${only}.`
        : ` Images/s of the frozen base were measured on different machines, so they are not to be compared: ${candidates
            .flatMap(({ name, cost }) =>
              cost?.speed === undefined ? [] : [`${name} on ${cost.speed.machine}`],
            )
            .join("; ")}.`;
  return `Multiply-adds are those of one image. Memory is what the frozen base holds at least for 32 images: its weights, and the largest layer's input and output.${where}`;
}

/** How long each stage took, and what that cost. */
import type { VNode } from "preact";
import { money, type RunCost } from "../../../spec/prices.js";
import { duration } from "../../format.js";
import { Bar, Table } from "../../table.js";
import type { SectionProps } from "../section.js";

type Timing = SectionProps["data"]["timings"][number];

export function Timings({ data: { timings: all, cost } }: SectionProps): VNode {
  const timings = foldsTogether(all);
  const longest = Math.max(...timings.map(({ seconds }) => seconds), Number.MIN_VALUE);
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <>
      {cost !== undefined && <Cost cost={cost} />}
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
    </>
  );
}

/** The folds as one row where the first one stands: they are many, and each does the same. */
function foldsTogether(timings: readonly Timing[]): readonly Timing[] {
  const folds = timings.filter(isFold);
  const [first] = folds;
  const last = folds.at(-1);
  if (first === undefined || last === undefined || first === last) return timings;
  const together: Timing = {
    stage: `${first.stage} … ${last.stage}`,
    seconds: folds.reduce((sum, { seconds }) => sum + seconds, 0),
    cached: folds.every(({ cached }) => cached),
  };
  return timings.flatMap((timing) => (timing === first ? [together] : isFold(timing) ? [] : [timing]));
}

const isFold = ({ stage }: Timing): boolean => stage.startsWith("fold-");

function Cost({ cost: { amount, currency, stages } }: { readonly cost: RunCost }): VNode {
  const seconds = stages.reduce((sum, stage) => sum + stage.seconds, 0);
  return (
    <p>
      {stages.length === 0
        ? "This run computed nothing by itself, and cost nothing."
        : `What this run computed itself held a worker for ${duration(seconds)}, and cost ${money(amount, currency)} by the installation's price table.`}
    </p>
  );
}

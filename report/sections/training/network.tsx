/** The network as a strip of layer groups, once a stage: what was frozen, what was trained and how fast. */
import type { VNode } from "preact";
import { rate } from "../../format.js";
import { ScrollBox } from "../../scrollBox.js";
import { SCALE_STEPS } from "../../style/palette.js";
import { HEAD_GROUP, type TrainedGroup, type TrainingStage } from "../../trainingStages.js";
import type { SectionProps } from "../section.js";

export function Network({ data, stages }: SectionProps): VNode {
  const columns = [...data.base.layerGroups, HEAD_GROUP];
  const rates = stages.flatMap(({ trained }) => (trained === "everything" ? [] : trained));
  const step = rateScale(rates);
  return (
    <>
      <p>
        The {data.base.name} network from its input (left) to the head (right). Hatched groups stayed frozen
        as they were; the number in a coloured one is its peak learning rate, and the stronger the colour, the
        higher it is. The thick line is the freeze boundary.
      </p>
      <ScrollBox label="Layer groups by stage">
        <table class="strip wide">
          <caption class="visually-hidden">
            Frozen and trained layer groups of each stage, with learning rates
          </caption>
          <thead>
            <tr>
              <th scope="col">
                <span class="visually-hidden">Stage</span>
              </th>
              {columns.map((name) => (
                <th scope="col" key={name}>
                  <code>{name}</code>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stages.map((stage) => (
              <tr key={stage.name}>
                <th scope="row">
                  <code>{stage.name}</code>
                  {stage.outcome === "rolled back" && <small class="rolled-back">rolled back</small>}
                </th>
                <Cells stage={stage} columns={columns} step={step} />
              </tr>
            ))}
            <tr>
              <th scope="row">the model</th>
              <FinalCells stages={stages} columns={columns} />
            </tr>
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}

interface CellsProps {
  readonly stage: TrainingStage;
  readonly columns: readonly string[];
  readonly step: (learningRate: number | undefined) => number;
}

function Cells({ stage, columns, step }: CellsProps): VNode {
  const { trained } = stage;
  if (trained === "everything") {
    return (
      <td colSpan={columns.length} class="orange-2">
        everything trained from random weights
      </td>
    );
  }
  const found = columns.map((name) => trained.find((group) => group.name === name));
  const boundary = found.findIndex((group) => group !== undefined);
  return (
    <>
      {found.map((group, index) =>
        group === undefined ? (
          <td key={columns[index]} class="frozen">
            frozen
          </td>
        ) : (
          <td
            key={columns[index]}
            class={`blue-${step(group.learningRate)}${index === boundary ? " boundary" : ""}`}
          >
            {group.learningRate === undefined ? "trained" : rate(group.learningRate)}
          </td>
        ),
      )}
    </>
  );
}

/** What became of each group in the end: runs of equal cells are joined. */
function FinalCells({
  stages,
  columns,
}: Pick<CellsProps, "columns"> & { stages: readonly TrainingStage[] }): VNode {
  const tuned = new Set(
    stages
      .filter(({ outcome }) => outcome === "kept")
      .flatMap(({ trained }) => (trained === "everything" ? [] : trained.map(({ name }) => name))),
  );
  const pretrained = columns.filter((name) => name !== HEAD_GROUP && !tuned.has(name)).length;
  const changed = columns.length - 1 - pretrained;
  return (
    <>
      {pretrained > 0 && (
        <td colSpan={pretrained} class="frozen">
          as pretrained
        </td>
      )}
      {changed > 0 && (
        <td colSpan={changed} class="blue-2">
          fine-tuned
        </td>
      )}
      <td class="blue-2">new</td>
    </>
  );
}

/** Steps of the colour scale by the logarithm of the rate, from the lowest rate of the run to the highest. */
function rateScale(groups: readonly TrainedGroup[]): (learningRate: number | undefined) => number {
  const known = groups.flatMap(({ learningRate }) =>
    learningRate !== undefined && learningRate > 0 ? [Math.log(learningRate)] : [],
  );
  const lowest = Math.min(...known);
  const span = Math.max(...known) - lowest;
  return (learningRate) => {
    if (learningRate === undefined || learningRate <= 0) return 3;
    const share = span > 0 ? (Math.log(learningRate) - lowest) / span : 1;
    return 1 + Math.round(share * (SCALE_STEPS - 1));
  };
}

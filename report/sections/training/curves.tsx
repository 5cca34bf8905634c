/** Learning curves of every stage side by side, the freeze boundary marked between them. */
import type { VNode } from "preact";
import { decimal, percent } from "../../format.js";
import { ACCURACY, LOSS } from "../../plots/curvePoints.js";
import { layOut } from "../../plots/epochAxis.js";
import { LearningCurve } from "../../plots/learningCurve.js";
import { ScrollBox } from "../../scrollBox.js";
import type { TrainingStage } from "../../trainingStages.js";
import type { SectionProps } from "../section.js";

/** Longest axis in pixels: with the plot's margins it fills the report's column. */
const LONGEST_AXIS = 928;
/** With few stages a shorter axis will do. */
const AXIS_PER_STAGE = 256;
const LEAST_AXIS = 160;

export function Curves({ stages }: SectionProps): VNode {
  const drawn = stages.filter(({ history }) => history.length > 0);
  if (drawn.length === 0) return <p>No epoch was recorded.</p>;
  const segments = layOut(drawn, Math.min(LONGEST_AXIS, LEAST_AXIS + AXIS_PER_STAGE * drawn.length));
  return (
    <figure>
      <Legend withLevel={drawn.some(({ before }) => before !== undefined)} />
      <ScrollBox label="Learning curves">
        <LearningCurve
          measure={LOSS}
          segments={segments}
          withHeader
          description={drawn.map(lossInWords).join(" ")}
        />
        <LearningCurve
          measure={ACCURACY}
          segments={segments}
          withHeader={false}
          description={drawn.map(accuracyInWords).join(" ")}
        />
      </ScrollBox>
      <figcaption>
        Loss (mean cross-entropy in nats) and accuracy by epoch; epochs are counted within each stage. A
        vertical line is a change of the freeze boundary, named above it; a shaded stage was rolled back.
        Training figures are taken during the epoch with augmentation, dropout, label smoothing and, where the
        run file has them, mixed images, class weights or focal loss, so they can lie on the worse side of the
        validation figures.
      </figcaption>
    </figure>
  );
}

const lossInWords = (stage: TrainingStage): string =>
  `${stage.name} (${stage.boundary}): validation loss ${endsOf(stage, (record) => decimal(record.validationLoss))}.`;
const accuracyInWords = (stage: TrainingStage): string =>
  `${stage.name} (${stage.boundary}): validation accuracy ${endsOf(stage, (record) => percent(record.validationAccuracy))}.`;

function endsOf(
  { history, bestEpoch }: TrainingStage,
  show: (record: TrainingStage["history"][number]) => string,
): string {
  const [first] = history;
  const best = history.find(({ epoch }) => epoch === bestEpoch);
  const start = first === undefined ? "" : `${show(first)} after the first epoch`;
  return best === undefined
    ? start
    : `${start}, ${show(best)} at the best epoch, ${bestEpoch} of ${history.length}`;
}

function Legend({ withLevel }: { withLevel: boolean }): VNode {
  return (
    <ul class="legend">
      <Key label="training" stroke="var(--training)" dash="5 3" />
      <Key label="validation" stroke="var(--validation)" />
      <Key label="best epoch, whose weights were restored" stroke="var(--validation)" ring />
      {withLevel && (
        <Key label="level to beat: validation before the stage" stroke="var(--muted)" dash="1.5 3.5" />
      )}
    </ul>
  );
}

interface KeyProps {
  readonly label: string;
  readonly stroke: string;
  readonly dash?: string;
  readonly ring?: boolean;
}

function Key({ label, stroke, dash, ring }: KeyProps): VNode {
  return (
    <li>
      <svg viewBox="0 0 30 12" aria-hidden="true" fill="none" stroke={stroke} stroke-width="2">
        <line
          x1="0"
          x2="30"
          y1="6"
          y2="6"
          stroke-dasharray={dash}
          stroke-linecap={dash === undefined ? "butt" : "round"}
        />
        {ring && <circle cx="15" cy="6" r="5" fill="var(--paper)" />}
      </svg>
      {label}
    </li>
  );
}

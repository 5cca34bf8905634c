/** How the model got there: accuracy after each stage as a chart and a table, with the gate's verdicts. */

import type { VNode } from "preact";
import type { Evaluation } from "../../../spec/records/evaluation.js";
import { pText } from "../../../spec/text/pText.js";
import { duration, percent, pointsBetween, signedPoints } from "../../format.js";
import { StageAccuracy } from "../../plots/stageAccuracy.js";
import { Table } from "../../table.js";
import type { TrainingStage } from "../../trainingStages.js";
import type { SectionProps } from "../section.js";

export function Stages({ data, stages }: SectionProps): VNode {
  return (
    <>
      <div class="beside">
        <figure>
          <StageAccuracy stages={stages} interval={data.evaluation.accuracyInterval} />
          <figcaption>
            Test accuracy of the model after each stage with its 95 % interval; the shaded band is that of the
            final model. Stages that were rolled back are not drawn.
          </figcaption>
        </figure>
        <Explanation stages={stages} evaluation={data.evaluation} />
      </div>
      <StageTable stages={stages} />
    </>
  );
}

interface ExplanationProps {
  readonly stages: readonly TrainingStage[];
  readonly evaluation: Evaluation;
}

function Explanation({ stages, evaluation }: ExplanationProps): VNode {
  const { againstHead, mirrored } = evaluation;
  const tuned = stages.filter(({ before }) => before !== undefined);
  const compared = stages.some(({ name }) => name === "scratch");
  return (
    <div>
      <p>
        First a new head was trained on the features of the frozen base.
        {tuned.length === 0
          ? " There were no stages of fine-tuning."
          : " Then layer groups were unfrozen from the top down, at lower learning rates the deeper they lie. After each a gate compares the same validation images before and after: unless the run file says otherwise (unfreeze.gate), a stage is kept if their calibrated loss fell by a one-sided sign-flip test at level 0.1 and accuracy did not fall, or if accuracy rose (McNemar's test, 0.05); else the model goes back to the weights it had before. At that level one in ten stages that change nothing is kept by chance, and a stage that is rolled back may have helped: it was not proven."}
      </p>
      {compared && (
        <p>
          For comparison the same network was trained from random weights for as long as everything else took
          together. The distance to it is the benefit of transfer.
        </p>
      )}
      {againstHead !== undefined && <p>{pairedSentence(againstHead)}</p>}
      {mirrored !== undefined && (
        <p>
          Averaged over each image and its mirror image, as <code>thaw predict --mirrored</code> does it, the
          final model reaches {percent(mirrored.accuracy)}. All other figures are without that.
        </p>
      )}
      <p>The test images had no part in any of these decisions.</p>
    </div>
  );
}

/** Both models saw the same images: those on which they differ decide, not the overlap of the intervals. */
function pairedSentence({ better, worse, pValue: p }: NonNullable<Evaluation["againstHead"]>): string {
  if (better + worse === 0) return "The final model and the head are right on the same test images.";
  const counts = `Of the test images, the final model gets ${better} right that the head gets wrong, and ${worse} wrong that the head gets right`;
  const verdict = p < 0.05 ? "more than chance would give" : "which may be chance";
  return `${counts}: ${verdict} (McNemar's test, ${pText(p)}).`;
}

function StageTable({ stages }: { stages: readonly TrainingStage[] }): VNode {
  const reference = stages.find(({ name }) => name === "head")?.accuracy;
  return (
    <Table
      label="Stages of training"
      caption="Stages of training; under each accuracy its 95 % interval. A stage that was rolled back has no test figure: its own validation accuracy stands there. Changes are in percentage points against the head on the frozen base."
      rows={stages}
      keyOf={({ name }) => name}
      columns={[
        {
          title: "Stage",
          cell: ({ name, title }) => (
            <>
              {title}
              <small>
                <code>{name}</code>
              </small>
            </>
          ),
        },
        {
          title: "Test accuracy",
          kind: "number",
          cell: (stage) => <Tested stage={stage} />,
        },
        { title: "Change", kind: "number", cell: (stage) => changeOf(stage, reference) },
        {
          title: "Best epoch",
          kind: "number",
          cell: ({ bestEpoch, history, stoppedEarly }) => (
            <>
              {bestEpoch} of {history.length}
              {stoppedEarly && <small>stopped early</small>}
            </>
          ),
        },
        { title: "Training time", kind: "number", cell: ({ seconds }) => duration(seconds) },
        { title: "Outcome", cell: (stage) => <Outcome stage={stage} /> },
      ]}
    />
  );
}

/** A stage that was rolled back was judged on the validation images alone. */
function Tested({ stage: { accuracy, interval, outcome, own, before } }: { stage: TrainingStage }): VNode {
  return (
    <>
      {percent(accuracy ?? Number.NaN)}
      {interval !== undefined && <small>{rangeOf(interval)}</small>}
      {outcome === "rolled back" && own !== undefined && before !== undefined && (
        <small>
          validation {percent(own)},<br />
          {percent(before.validationAccuracy)} before
        </small>
      )}
    </>
  );
}

const rangeOf = ([low, high]: readonly [number, number]): string =>
  `${(100 * low).toFixed(1)} to ${percent(high)}`;

function changeOf({ name, accuracy }: TrainingStage, reference: number | undefined): string {
  if (name === "head" || accuracy === undefined || reference === undefined) return "";
  return signedPoints(pointsBetween(reference, accuracy));
}

function Outcome({ stage }: { stage: TrainingStage }): VNode {
  switch (stage.outcome) {
    case "kept":
      return <Verdict className="kept" mark="✓" label="kept" sentence={stage.verdict} />;
    case "rolled back":
      return <Verdict className="rolled-back" mark="↩" label="rolled back" sentence={stage.verdict} />;
    case "comparison":
      return <span class="muted">comparison only</span>;
    case "trained":
      return (
        <>
          <span class="muted">the reference</span>
          {stage.verdict !== undefined && <small>{stage.verdict}</small>}
        </>
      );
  }
}

interface VerdictProps {
  readonly className: string;
  readonly mark: string;
  readonly label: string;
  readonly sentence: string | undefined;
}

/** The gate's sentence begins with the outcome itself ("kept: validation loss …"); it is not said twice. */
function Verdict({ className, mark, label, sentence = "" }: VerdictProps): VNode {
  const reason = sentence.startsWith(`${label}: `) ? sentence.slice(label.length + 2) : sentence;
  const unbroken = reason.replaceAll(" %", "\u00a0%");
  return (
    <>
      <span class={`outcome ${className}`}>
        <span aria-hidden="true">{mark}</span> {label}
      </span>
      <small>{unbroken}</small>
    </>
  );
}

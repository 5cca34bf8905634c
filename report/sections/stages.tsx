/** How the model got there: accuracy after each stage as a chart and a table, with the gate's verdicts. */
import type { VNode } from "preact";
import { duration, percent, pointsBetween, signedPoints } from "../format.js";
import { StageAccuracy } from "../plots/stageAccuracy.js";
import { ScrollBox } from "../scrollBox.js";
import type { TrainingStage } from "../trainingStages.js";
import type { SectionProps } from "./section.js";

export function Stages({ data, stages }: SectionProps): VNode {
  return (
    <>
      <div class="beside">
        <figure>
          <StageAccuracy stages={stages} interval={data.evaluation.accuracyInterval} />
          <figcaption>
            Test accuracy of the model after each stage. The shaded band is the 95 % interval of the final
            model: differences smaller than it mean little on this many images.
          </figcaption>
        </figure>
        <Explanation stages={stages} />
      </div>
      <StageTable stages={stages} />
    </>
  );
}

function Explanation({ stages }: { stages: readonly TrainingStage[] }): VNode {
  const tuned = stages.filter(({ before }) => before !== undefined);
  const compared = stages.some(({ name }) => name === "scratch");
  return (
    <div>
      <p>
        First a new head was trained on the features of the frozen base.
        {tuned.length === 0
          ? " There were no stages of fine-tuning."
          : " Then layer groups were unfrozen from the top down, at lower learning rates the deeper they lie. A stage is kept if validation accuracy rose, or if the validation loss fell and accuracy did not get significantly worse; else the model goes back to the weights it had before."}
      </p>
      {compared && (
        <p>
          For comparison the same network was trained from random weights for as long as everything else took
          together. The distance to it is the benefit of transfer.
        </p>
      )}
      <p>The test images had no part in any of these decisions.</p>
    </div>
  );
}

function StageTable({ stages }: { stages: readonly TrainingStage[] }): VNode {
  const reference = stages.find(({ name }) => name === "head")?.accuracy;
  return (
    <ScrollBox label="Stages of training">
      <table class="wide">
        <caption>
          <span class="text">
            Stages of training. Changes are in percentage points against the head on the frozen base.
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" class="number">
              Test accuracy
            </th>
            <th scope="col" class="number">
              Change
            </th>
            <th scope="col" class="number">
              Best epoch
            </th>
            <th scope="col" class="number">
              Training time
            </th>
            <th scope="col">Outcome</th>
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => (
            <tr key={stage.name}>
              <th scope="row" class="name">
                {stage.title}
                <small>
                  <code>{stage.name}</code>
                </small>
              </th>
              <td class="number">{percent(stage.accuracy ?? Number.NaN)}</td>
              <td class="number">{changeOf(stage, reference)}</td>
              <td class="number">
                {stage.bestEpoch} of {stage.history.length}
                {stage.stoppedEarly && <small>stopped early</small>}
              </td>
              <td class="number">{duration(stage.seconds)}</td>
              <td>
                <Outcome stage={stage} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

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
      return <span class="muted">the reference</span>;
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

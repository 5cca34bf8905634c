/** What the reader came for: the model, its test accuracy, and the run in one sentence. */

import type { VNode } from "preact";
import { licenceSentence } from "../../../spec/licence.js";
import type { ReportData } from "../../../spec/records/report.js";
import { pText } from "../../../spec/text/pText.js";
import { serious } from "../../../spec/warnings/warning.js";
import { refutedSentences } from "../../checks/refuted.js";
import { counted, duration, moment, percent, signedPoints } from "../../format.js";
import { type FineTuningGain, fineTuningGain, summarySentence, transferGain } from "../../story.js";
import { reportWarnings } from "../../warnings.js";
import type { SectionProps } from "../section.js";

export function Result({ data }: SectionProps): VNode {
  const { model, evaluation, base } = data;
  const licence = licenceSentence(base.name, base.licence);
  return (
    <header id="result">
      <p class="kicker">Transfer learning report</p>
      <h1>
        {model.name} <span class="version">version {model.version}</span>
      </h1>
      <p class="dateline">
        Run <code>{data.runId}</code>, <time dateTime={data.createdAt}>{moment(data.createdAt)}</time>
      </p>
      <Strongest data={data} />
      <div class="result">
        <Headline evaluation={evaluation} />
        <KeyFigures data={data} />
      </div>
      <p class="lead">{summarySentence(data)}</p>
      {licence !== undefined && <p>{licence}</p>}
    </header>
  );
}

/** The report's first sentence, where there is something that has to be known before the figures. */
function Strongest({ data }: { data: ReportData }): VNode | null {
  const [strongest, ...others] = serious(reportWarnings(data));
  if (strongest === undefined) return null;
  const refuted = strongest.code === "validation-unlike-test" ? refutedSentences(data.evaluation) : [];
  return (
    <p class={`lead strongest ${strongest.grade}`}>
      <strong>{strongest.sentence}</strong> {refuted.join(" ")}{" "}
      <a href="#warnings">
        {others.length === 0 ? "What to do" : `What to do, and ${counted(others.length, "more warning")}`}
      </a>
    </p>
  );
}

/** Over the folds where there are any: a single hold-out of a small set says little. */
function Headline({ evaluation }: { evaluation: ReportData["evaluation"] }): VNode {
  const { crossValidation, accuracy, accuracyInterval, images } = evaluation;
  const [low, high] = crossValidation?.accuracyInterval ?? accuracyInterval;
  return (
    <p style={{ margin: 0 }}>
      <span class="muted">
        {crossValidation === undefined
          ? "Test accuracy"
          : `Accuracy over ${crossValidation.folds.length} folds`}
      </span>
      <br />
      <strong class="figure-value">{percent(crossValidation?.accuracy ?? accuracy)}</strong>
      <br />
      <span class="muted">
        95 % interval {percent(low)} to {percent(high)},
        <br />
        {crossValidation === undefined
          ? counted(images, "held-out image")
          : `${counted(crossValidation.images, "image")}, each held out once`}
      </span>
    </p>
  );
}

function HoldOut({ evaluation }: { evaluation: ReportData["evaluation"] }): VNode {
  const [low, high] = evaluation.accuracyInterval;
  return (
    <div>
      <dt>This model on its one hold-out, as all figures below</dt>
      <dd>
        {percent(evaluation.accuracy)}{" "}
        <small>
          {counted(evaluation.images, "image")}; 95 % interval {percent(low)} to {percent(high)}
        </small>
      </dd>
    </div>
  );
}

/** The head and what fine-tuning added to it, by the same images as the headline. */
function Tuning({ data }: { data: ReportData }): VNode {
  const { crossValidation, byStage } = data.evaluation;
  const gain = fineTuningGain(data);
  const ofHead = byStage.find(({ stage }) => stage === "head")?.accuracy;
  const head = crossValidation?.head.accuracy.pooled ?? ofHead;
  const where = crossValidation === undefined ? "" : ", over the folds";
  return (
    <>
      {head !== undefined && (
        <div>
          <dt>New head on the frozen base{where}</dt>
          <dd>{percent(head)}</dd>
        </div>
      )}
      {gain !== undefined && (
        <div>
          <dt>Added by fine-tuning{where}</dt>
          <dd>
            {signedPoints(gain.points)} <small>percentage points{foldsText(gain)}</small>
          </dd>
        </div>
      )}
    </>
  );
}

function foldsText({ folds }: FineTuningGain): string {
  if (folds === undefined) return "";
  const [low, high] = folds.interval.map(signedPoints);
  return `; 95 % interval ${low} to ${high}, ${pText(folds.p)}`;
}

function KeyFigures({ data }: { data: ReportData }): VNode {
  const { evaluation } = data;
  const { crossValidation } = evaluation;
  const transfer = transferGain(data);
  return (
    <dl class="figures">
      <Tuning data={data} />
      {crossValidation !== undefined && <HoldOut evaluation={evaluation} />}
      {evaluation.scratch !== undefined && transfer !== undefined && (
        <div>
          <dt>Same network from scratch</dt>
          <dd>
            {percent(evaluation.scratch.accuracy)}{" "}
            <small>
              in {duration(evaluation.scratch.seconds)}; benefit of transfer {signedPoints(transfer)} points
            </small>
          </dd>
        </div>
      )}
      <div>
        <dt>Balanced accuracy</dt>
        <dd>
          {percent(evaluation.balancedAccuracy)} <small>mean recall of the classes</small>
        </dd>
      </div>
    </dl>
  );
}

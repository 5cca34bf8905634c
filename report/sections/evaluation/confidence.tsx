/** How far the model's confidence can be trusted: calibration before and after temperature, conformal sets. */
import type { VNode } from "preact";
import type { Calibration, ConformalSets } from "../../../spec/records/evaluation.js";
import { refutedSentences } from "../../checks/refuted.js";
import { counted, decimal, percent } from "../../format.js";
import { Reliability } from "../../plots/reliability.js";
import { ScrollBox } from "../../scrollBox.js";
import type { SectionProps } from "../section.js";
import { averageSentence, nearNinetySentence, setsSentence, temperatureSentence } from "./confidenceWords.js";

export function Confidence({ data: { evaluation } }: SectionProps): VNode {
  const { calibration, temperature, conformal, refuted } = evaluation;
  if (calibration === undefined || temperature === undefined) {
    return <p>This model was evaluated by an older version, which did not measure this.</p>;
  }
  const { before, after } = calibration;
  const fitted = refuted?.temperature?.fitted ?? temperature;
  const [used, asTrained, scaled] =
    refuted?.temperature === undefined
      ? [after, "As trained", `At temperature ${fitted.toFixed(2)}, as the model is used`]
      : [
          before,
          "As trained, as the model is used",
          `At the fitted temperature ${fitted.toFixed(2)}, which is not used`,
        ];
  return (
    <>
      <p>
        {averageSentence(used)} {nearNinetySentence(used)}
      </p>
      <p>{temperatureSentence(fitted, before, after)}</p>
      {refutedSentences(evaluation).map((sentence) => (
        <p key={sentence}>
          <strong>{sentence}</strong>
        </p>
      ))}
      <div class="side-by-side">
        <figure>
          <Reliability
            id="reliability-before"
            title="Reliability before temperature scaling"
            calibration={before}
            colour="training"
          />
          <figcaption>{asTrained}</figcaption>
        </figure>
        <figure>
          <Reliability
            id="reliability-after"
            title="Reliability after temperature scaling"
            calibration={after}
            colour="validation"
          />
          <figcaption>{scaled}</figcaption>
        </figure>
        <Measures before={before} after={after} />
      </div>
      <p class="muted note">
        How often predictions are right (upwards) by how sure they are (to the right), for test images in
        fifteen bins; a dot's area tells how many. On the dashed line confidence is what it says: above it the
        model is too timid, below it too sure.
      </p>
      {conformal !== undefined && refuted?.sets === undefined && (
        <Sets sets={conformal} images={evaluation.images} />
      )}
    </>
  );
}

function Measures({ before, after }: { readonly before: Calibration; readonly after: Calibration }): VNode {
  const rows = [
    ["Calibration error", percent(before.ece), percent(after.ece)],
    ["Brier score", decimal(before.brier), decimal(after.brier)],
    ["Cross-entropy", decimal(before.loss), decimal(after.loss)],
  ] as const;
  return (
    <div>
      <ScrollBox label="Measures of calibration">
        <table>
          <caption>
            <span class="text">Smaller is better. The calibration error is in percentage points.</span>
          </caption>
          <thead>
            <tr>
              <th scope="col">On the test images</th>
              <th scope="col" class="number">
                As trained
              </th>
              <th scope="col" class="number">
                Scaled
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, asTrained, scaled]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{asTrained}</td>
                <td class="number">{scaled}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

function Sets({ sets, images }: { readonly sets: ConformalSets; readonly images: number }): VNode {
  return (
    <>
      <h3>Sets of possible classes</h3>
      <p>{setsSentence(sets, images)}</p>
      {sets.quantile !== undefined && (
        <p class="muted">
          Calibrated on {counted(sets.calibrationImages, "validation image")}. The promise is for images like
          these, on average over them, not for each class. Those images also decided when training stopped, so
          a little less may be kept.
        </p>
      )}
    </>
  );
}

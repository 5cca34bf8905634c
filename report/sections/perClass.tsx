/** Precision, recall, F1, ranking measures and support of each class, the weakest first. */
import type { VNode } from "preact";
import { decimal, integer, percent } from "../format.js";
import { ScrollBox } from "../scrollBox.js";
import type { SectionProps } from "./section.js";

export function PerClass({ data: { evaluation } }: SectionProps): VNode {
  const { classes, confusion, perClass } = evaluation;
  const ranked = perClass.some(({ auc, averagePrecision }) => (auc ?? averagePrecision) !== undefined);
  const weakestFirst = perClass
    .map((metrics, label) => ({
      ...metrics,
      takenFor: commonestMistake(confusion[label] ?? [], label, classes),
    }))
    .sort((a, b) => a.f1 - b.f1);
  return (
    <ScrollBox label="Measures per class">
      <table class="wide">
        <caption>
          <span class="text">
            Weakest class first. Precision: how many of the images given this class belong to it. Recall: how
            many of its images were found. F1: their harmonic mean.
            {ranked &&
              " AUC: how often an image of the class is given a higher probability of it than another image. AP: mean precision over all thresholds."}{" "}
            Support: its test images.
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" class="number">
              Precision
            </th>
            <th scope="col" class="number">
              Recall
            </th>
            <th scope="col" class="number">
              F1
            </th>
            {ranked && (
              <>
                <th scope="col" class="number">
                  AUC
                </th>
                <th scope="col" class="number">
                  AP
                </th>
              </>
            )}
            <th scope="col" class="number">
              Support
            </th>
            <th scope="col">Most often taken for</th>
          </tr>
        </thead>
        <tbody>
          {weakestFirst.map(({ name, precision, recall, f1, support, takenFor, auc, averagePrecision }) => (
            <tr key={name}>
              <th scope="row" class="name">
                {name}
              </th>
              <td class="number">{percent(precision)}</td>
              <td class="number">{percent(recall)}</td>
              <td class="number">{decimal(f1)}</td>
              {ranked && (
                <>
                  <td class="number">{decimal(auc ?? Number.NaN)}</td>
                  <td class="number">{decimal(averagePrecision ?? Number.NaN)}</td>
                </>
              )}
              <td class="number">{integer(support)}</td>
              <td class="name">{takenFor}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All classes</th>
            <td class="number" colSpan={2}>
              mean {percent(evaluation.balancedAccuracy)}
            </td>
            <td class="number">{decimal(evaluation.macroF1)}</td>
            {ranked && (
              <>
                <td class="number">{decimal(evaluation.macroAuc ?? Number.NaN)}</td>
                <td class="number">{decimal(evaluation.macroAveragePrecision ?? Number.NaN)}</td>
              </>
            )}
            <td class="number">{integer(evaluation.images)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </ScrollBox>
  );
}

/** The class that most of a class's wrong predictions went to, with their number; empty when there are none. */
function commonestMistake(counts: readonly number[], label: number, classes: readonly string[]): string {
  const wrong = counts.map((count, predicted) => (predicted === label ? 0 : count));
  const most = Math.max(0, ...wrong);
  return most === 0 ? "" : `${classes[wrong.indexOf(most)]} (${most})`;
}

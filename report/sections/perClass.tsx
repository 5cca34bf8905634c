/** Precision, recall, F1 and support of each class, the weakest first. */
import type { VNode } from "preact";
import { decimal, integer, percent } from "../format.js";
import { ScrollBox } from "../scrollBox.js";
import type { SectionProps } from "./section.js";

export function PerClass({ data: { evaluation } }: SectionProps): VNode {
  const { classes, confusion, perClass } = evaluation;
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
            many of its images were found. F1: their harmonic mean. Support: its test images. The mean
            cross-entropy on all test images is {decimal(evaluation.loss)} nats.
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
            <th scope="col" class="number">
              Support
            </th>
            <th scope="col">Most often taken for</th>
          </tr>
        </thead>
        <tbody>
          {weakestFirst.map(({ name, precision, recall, f1, support, takenFor }) => (
            <tr key={name}>
              <th scope="row" class="name">
                {name}
              </th>
              <td class="number">{percent(precision)}</td>
              <td class="number">{percent(recall)}</td>
              <td class="number">{decimal(f1)}</td>
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

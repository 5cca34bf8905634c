/** Table of the images of each class in each split. */
import type { VNode } from "preact";
import { type DatasetSummary, SPLITS } from "../../spec/dataset.js";
import { integer } from "../format.js";
import { ScrollBox } from "../scrollBox.js";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export function ClassCounts({ dataset: { classes, counts } }: { dataset: DatasetSummary }): VNode {
  const totals = classes.map((_, label) => sum(SPLITS.map((split) => counts[split][label] ?? 0)));
  const largest = Math.max(1, ...totals);
  return (
    <ScrollBox label="Images per class and split">
      <table class="wide roomy">
        <caption class="visually-hidden">Images per class and split</caption>
        <thead>
          <tr>
            <th scope="col">Class</th>
            {SPLITS.map((split) => (
              <th scope="col" class="number" key={split}>
                {split[0]?.toUpperCase() + split.slice(1)}
              </th>
            ))}
            <th scope="col" class="number">
              Total
            </th>
            <th scope="col" class="bars" style={{ width: "30%" }}>
              <span class="visually-hidden">Total as a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {classes.map((name, label) => (
            <tr key={name}>
              <th scope="row" class="name">
                {name}
              </th>
              {SPLITS.map((split) => (
                <td class="number" key={split}>
                  {integer(counts[split][label] ?? 0)}
                </td>
              ))}
              <td class="number">{integer(totals[label] ?? 0)}</td>
              <td class="bars">
                <span
                  class="bar"
                  style={{ "--share": `${((100 * (totals[label] ?? 0)) / largest).toFixed(1)}%` }}
                />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">All classes</th>
            {SPLITS.map((split) => (
              <td class="number" key={split}>
                {integer(sum(counts[split]))}
              </td>
            ))}
            <td class="number">{integer(sum(totals))}</td>
            <td class="bars" />
          </tr>
        </tfoot>
      </table>
    </ScrollBox>
  );
}

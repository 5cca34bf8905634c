/** How long each stage took. */
import type { VNode } from "preact";
import { duration } from "../format.js";
import { ScrollBox } from "../scrollBox.js";
import type { SectionProps } from "./section.js";

export function Timings({ data: { timings } }: SectionProps): VNode {
  const longest = Math.max(...timings.map(({ seconds }) => seconds), Number.MIN_VALUE);
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  return (
    <ScrollBox label="Timings">
      <table class="wide">
        <caption>
          <span class="text">Time that each stage took when it was computed.</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" class="number">
              Time
            </th>
            <th scope="col" class="bars" style={{ width: "55%" }}>
              <span class="visually-hidden">Time as a bar</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {timings.map(({ stage, seconds, cached }) => (
            <tr key={stage}>
              <th scope="row" class="name">
                <code>{stage}</code>
                {cached && <small>reused from an earlier run</small>}
              </th>
              <td class="number">{duration(seconds)}</td>
              <td class="bars">
                <span class="bar" style={{ "--share": `${((100 * seconds) / longest).toFixed(1)}%` }} />
              </td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Together</th>
            <td class="number">{duration(total)}</td>
            <td class="bars" />
          </tr>
        </tfoot>
      </table>
    </ScrollBox>
  );
}

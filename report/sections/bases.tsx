/** The bases that were compared, the best first. */
import type { VNode } from "preact";
import type { BaseComparison } from "../../spec/baseComparison.js";
import { decimal, percent } from "../format.js";
import { ScrollBox } from "../scrollBox.js";

export function Bases({ comparison }: { comparison: BaseComparison }): VNode {
  const { candidates, reason } = comparison;
  return (
    <>
      <p>
        Chosen out of {candidates.length}. {reason}.
      </p>
      <ScrollBox label="Bases compared">
        <table class="wide">
          <thead>
            <tr>
              <th scope="col">Base</th>
              {["Linear probe", "95 % interval", "Nearest neighbours", "LogME", "H-score", "ms per view"].map(
                (name) => (
                  <th scope="col" class="number" key={name}>
                    {name}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {candidates.map(({ name, probe, neighbours, logMe, hScore, secondsPerView }) => (
              <tr key={name}>
                <th scope="row" class="name">
                  {name}
                </th>
                <td class="number">{percent(probe.accuracy)}</td>
                <td class="number">
                  {percent(probe.interval[0])} to {percent(probe.interval[1])}
                </td>
                <td class="number">{percent(neighbours)}</td>
                <td class="number">{decimal(logMe)}</td>
                <td class="number">{decimal(hScore)}</td>
                <td class="number">{(1000 * secondsPerView).toFixed(1)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </>
  );
}

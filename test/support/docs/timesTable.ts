/** What `bench/rivals/times.json` holds – times of architectures beside PyTorch's – as a table of docs/bases.md. */
import { findArchitecture } from "../../../learn/bases/architectures.js";
import { staticCost } from "../../../learn/bases/cost.js";
import { defaultStages } from "../../../spec/pipeline/layerGroups.js";

/** Milliseconds of a batch of 32. */
interface Times {
  readonly thaw: number;
  readonly torch: number;
}

export interface MeasuredArchitecture {
  readonly name: string;
  readonly frozen: Times;
  readonly step: Times;
}

const HEADER =
  "| `--arch` | multiply-adds | frozen pass: thaw, PyTorch (ms) | ratio | step from | step: thaw, PyTorch (ms) | ratio |";

export function timesTable(measured: readonly MeasuredArchitecture[]): string {
  const cells = ({ thaw, torch }: Times): string => `${thaw}, ${torch} | ${(thaw / torch).toFixed(2)}`;
  const rows = measured.map(({ name, frozen, step }) => {
    const { architecture, input } = findArchitecture(name);
    const { multiplyAdds = Number.NaN } = staticCost(architecture, input.size);
    const [from = ""] = defaultStages(name);
    return `| \`${name}\` | ${(multiplyAdds / 1e9).toFixed(2)} | ${cells(frozen)} | \`${from}\` | ${cells(step)} |`;
  });
  return [HEADER, "|---|---|---|---|---|---|---|", ...rows].join("\n");
}

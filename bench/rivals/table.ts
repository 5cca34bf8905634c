/**
 * thaw against Keras' two-stage recipe and fastai's `fine_tune`: same base, splits, pixels and seeds.
 *   node dist/bench/rivals/table.js RESULTS
 * RESULTS is what `rivals/ours.js`, `keras_recipe.py` and `fastai_fine_tune.py` appended to.
 */
import { readResults, standings } from "./results.js";

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error("usage: rivals.js RESULTS");

/** How far below a rival the mean on a set may lie. */
const ALLOWED = 0.01;

const percent = (value: number): string => (100 * value).toFixed(1);
const results = await readResults(path);
for (const set of new Set(results.map((result) => result.set))) {
  const found = standings(results, set);
  if (found === undefined) {
    console.log(`${set}: no seed that everyone has finished`);
    continue;
  }
  console.log(`${set}, seeds ${found.seeds.join(" ")}`);
  for (const { who, accuracies, mean, medianSeconds, medianProcessorSeconds, ahead } of found.rows) {
    const [low, high] = ahead.interval.map(percent);
    // One seed has no interval.
    const range = found.seeds.length < 2 ? "" : ` (95 %: ${low} to ${high})`;
    const against =
      who === "thaw" ? "" : `   thaw ${ahead.mean < 0 ? "" : "+"}${percent(ahead.mean)} points${range}`;
    const verdict = ahead.mean < -ALLOWED ? ", more than a point below" : "";
    console.log(
      `  ${who.padEnd(8)} ${percent(mean).padStart(5)} %   [${accuracies.map(percent).join(" ")}]` +
        `   ${medianSeconds.toFixed(0).padStart(5)} s, processor ${Number.isNaN(medianProcessorSeconds) ? "–" : medianProcessorSeconds.toFixed(0)} s${against}${verdict}`,
    );
  }
}

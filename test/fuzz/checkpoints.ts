/**
 * Changed checkpoints by the thousand: each is read, or refused in one sentence, within 5 s of the processor and 512 MB.
 * `node dist/test/fuzz/checkpoints.js --cases 20000 --seed 1`; `--from N --cases 1` repeats a case, `--keep FILE` writes it;
 * `--shares equal` takes one format after the other, `--shares graphs` ONNX graphs only.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runCampaign } from "./checkpoints/campaign.js";
import { caseOf } from "./checkpoints/cases.js";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    keep: { type: "string" },
    shares: { type: "string", default: "drawn" },
  },
});
const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
const shares = (["drawn", "equal", "graphs"] as const).find((known) => known === values.shares);
if (shares === undefined) throw new Error("--shares is drawn, equal or graphs");
if (values.keep !== undefined) await writeFile(values.keep, caseOf(seed, from, shares).bytes);

const EVERY = 1000;
const campaign = await runCampaign({
  seed,
  from,
  cases,
  shares,
  onProgress: (done, failed) => {
    if (done % EVERY === 0) console.log(`${done} of ${cases}, ${failed} failed`);
  },
});
for (const [what, count] of [...campaign.counts].sort()) console.log(`${what}: ${count}`);
console.log(
  `at most ${Math.round(campaign.cpuMs)} ms and ${Math.round(campaign.memory / 2 ** 20)} MiB a case`,
);
for (const { index, kind, why } of campaign.failures)
  console.log(
    `FAILED --seed ${seed} --from ${index} --cases 1${shares === "drawn" ? "" : ` --shares ${shares}`} (${kind}): ${why}`,
  );
console.log(`${cases - campaign.failures.length} passed, ${campaign.failures.length} failed`);
process.exitCode = campaign.failures.length === 0 ? 0 : 1;

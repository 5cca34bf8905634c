/**
 * Changed checkpoints by the thousand: each is read, or refused in one sentence, within 5 s of the processor and 512 MB.
 * `node dist/test/fuzz/checkpoints.js --cases 20000 --seed 1`; `--from N --cases 1` repeats a case, `--keep FILE` writes it;
 * `--shares equal` takes one format after the other, `--shares graphs` ONNX graphs only, `--shares data` those whose
 * weights lie in another file; `--of FILE.onnx` changes that file.
 */
import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runCampaign } from "./checkpoints/campaign.js";
import { caseOf } from "./checkpoints/cases.js";
import { decode } from "./checkpoints/onnxFields.js";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    keep: { type: "string" },
    shares: { type: "string", default: "drawn" },
    of: { type: "string" },
  },
});
const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
const shares = (["drawn", "equal", "graphs", "data"] as const).find((known) => known === values.shares);
if (shares === undefined) throw new Error("--shares is drawn, equal, graphs or data");
const source = values.of === undefined ? shares : decode(await readFile(values.of));
if (values.keep !== undefined) await writeFile(values.keep, caseOf(seed, from, source).bytes);

const EVERY = 1000;
const campaign = await runCampaign({
  seed,
  from,
  cases,
  shares,
  ...(values.of === undefined ? {} : { of: values.of }),
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
    `FAILED --seed ${seed} --from ${index} --cases 1${shares === "drawn" ? "" : ` --shares ${shares}`}${values.of === undefined ? "" : ` --of ${values.of}`} (${kind}): ${why}`,
  );
console.log(`${cases - campaign.failures.length} passed, ${campaign.failures.length} failed`);
process.exitCode = campaign.failures.length === 0 ? 0 : 1;

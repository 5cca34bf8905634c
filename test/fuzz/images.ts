/**
 * Changed pictures by the thousand: each is decoded, or refused in one sentence, within 5 s of the processor and 512 MB.
 * `node dist/test/fuzz/images.js --cases 20000 --seed 1`; `--from N --cases 1` repeats a case, `--keep FILE` writes it.
 */
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { runCampaign } from "./images/campaign.js";
import { caseOf } from "./images/cases.js";
import { drawnSeeds } from "./images/seeds.js";

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: "20000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
    seconds: { type: "string", default: "Infinity" },
    keep: { type: "string" },
  },
});
const [cases, seed, from] = [Number(values.cases), Number(values.seed), Number(values.from)];
if (values.keep !== undefined) await writeFile(values.keep, caseOf(await drawnSeeds(), seed, from).bytes);

const EVERY = 1000;
const campaign = await runCampaign({
  seed,
  from,
  cases,
  seconds: Number(values.seconds),
  onProgress: (done, failed) => {
    if (done % EVERY === 0) console.log(`${done} of ${cases}, ${failed} failed`);
  },
});
for (const [kind, { decoded, refused }] of [...campaign.counts].sort())
  console.log(`${kind}: ${decoded} decoded, ${refused} refused`);
for (const [reason, count] of [...campaign.reasons].sort()) console.log(`refused as ${reason}: ${count}`);
console.log(
  `at most ${Math.round(campaign.cpuMs)} ms and ${Math.round(campaign.memory / 2 ** 20)} MiB a case`,
);
for (const { index, kind, why } of campaign.failures)
  console.log(`FAILED --seed ${seed} --from ${index} --cases 1 (${kind}): ${why}`);
console.log(`${campaign.cases - campaign.failures.length} passed, ${campaign.failures.length} failed`);
process.exitCode = campaign.failures.length === 0 ? 0 : 1;

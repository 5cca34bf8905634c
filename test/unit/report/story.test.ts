import assert from "node:assert/strict";
import { test } from "node:test";
import { renderModelCard } from "../../../report/card/markdown.js";
import { summarySentence } from "../../../report/story.js";
import type { ReportData } from "../../../spec/records/report.js";
import { withFolds } from "./sampleFolds.js";
import { sampleReport } from "./sampleReport.js";

interface Outcome {
  readonly head: number;
  readonly final: number;
  readonly scratch?: number;
}

const SAMPLE = sampleReport();

function sentence({ head, final, scratch }: Outcome, stages: ReportData["stages"] = SAMPLE.stages): string {
  const { scratch: _none, ...evaluation } = SAMPLE.evaluation;
  const data: ReportData = {
    ...SAMPLE,
    stages,
    evaluation: {
      ...evaluation,
      accuracy: final,
      accuracyInterval: [final - 0.02, final + 0.02],
      byStage: [
        { stage: "head", accuracy: head },
        ...stages.map((_, index) => ({ stage: `tune-${index + 1}`, accuracy: final })),
      ],
      ...(scratch === undefined ? {} : { scratch: { accuracy: scratch, seconds: 204, epochs: 9 } }),
    },
  };
  return summarySentence(data).replaceAll("\u00a0", " ");
}

const rolledBack = SAMPLE.stages.map((stage) => ({ ...stage, kept: false }));

const CASES: readonly (readonly [string, string, RegExp])[] = [
  [
    "fine-tuning helped",
    sentence({ head: 0.937, final: 0.983 }),
    /; fine-tuning added 4\.6 percentage points to the 93\.7 % of a new head on the frozen base\.$/,
  ],
  [
    "fine-tuning helped by less than the test can show",
    sentence({ head: 0.975, final: 0.983 }),
    /added 0\.8 percentage points to the 97\.5 % .*, within the uncertainty of 410 test images\.$/,
  ],
  ["fine-tuning hurt", sentence({ head: 0.99, final: 0.95 }), /took 4\.0 percentage points off the 99\.0 %/],
  ["fine-tuning changed nothing", sentence({ head: 0.95, final: 0.95 }), /left the 95\.0 % .* unchanged\.$/],
  [
    "no stages of fine-tuning",
    sentence({ head: 0.95, final: 0.95 }, []),
    /; only a new head was trained, and the pretrained layers stayed as they were\.$/,
  ],
  [
    "one stage, rolled back",
    sentence({ head: 0.95, final: 0.95 }, rolledBack.slice(0, 1)),
    /so its one stage was rolled back to the new head on the frozen base\.$/,
  ],
  [
    "all stages rolled back",
    sentence({ head: 0.95, final: 0.95 }, rolledBack),
    /that fine-tuning helps was not proven on the validation images, so both stages were rolled back/,
  ],
  [
    "transfer paid",
    sentence({ head: 0.937, final: 0.983, scratch: 0.712 }),
    /in the same time \(3 min 24 s\) reached 71\.2 %, so starting from pretrained weights was worth 27\.1 percentage points\.$/,
  ],
  [
    "transfer did not pay",
    sentence({ head: 0.937, final: 0.95, scratch: 0.96 }),
    /reached 96\.0 %, so here a benefit of the pretrained weights was not shown\.$/,
  ],
];

for (const [name, actual, expected] of CASES) {
  test(`tells the run in a sentence: ${name}`, () => {
    assert.match(
      actual,
      /^The network efficientnet-lite0, pretrained on ImageNet-1k .* 10 classes apart from 1,185 training images;/,
    );
    assert.match(actual, expected);
  });
}

test("where there are folds, they say what fine-tuning added, and whether it may be chance", () => {
  const data = withFolds(sampleReport({ classes: ["no", "yes"], testImagesPerClass: 20 }));
  const { crossValidation } = data.evaluation;
  assert.ok(crossValidation !== undefined);
  assert.match(
    summarySentence(data).replaceAll("\u00a0", " "),
    /; over the folds fine-tuning added 9\.5 percentage points to the 80\.0 % of a new head on the frozen base \(95 % interval \+5\.0 to \+13\.8; p < 0\.001\);/,
  );
  const gain = { mean: 0.016, deviation: 0.04, interval: [-0.055, 0.087] } as const;
  const againstHead = { ...crossValidation.againstHead, pValue: 0.42 };
  const unproven = { ...data.evaluation, crossValidation: { ...crossValidation, gain, againstHead } };
  assert.match(
    summarySentence({ ...data, evaluation: unproven }).replaceAll("\u00a0", " "),
    /added 1\.6 percentage points .* \(95 % interval −5\.5 to \+8\.7; p = 0\.42\d, which may be chance\)/,
  );
  const none = { ...gain, mean: 0 };
  const unchanged = { ...data.evaluation, crossValidation: { ...crossValidation, gain: none, againstHead } };
  assert.match(summarySentence({ ...data, evaluation: unchanged }), /over the folds fine-tuning left the 80/);
});

test("a base of which nobody said what it learned is told in words, in the sentence and in the card", () => {
  const told = (pretrainedOn: string, source: string): string => {
    const data = { ...SAMPLE, base: { ...SAMPLE.base, name: "mine@1", pretrainedOn, source } };
    return `${summarySentence(data)}\n${renderModelCard(data)}`;
  };
  const unstated = told("not stated", "not stated");
  assert.match(unstated, /^The network mine@1, pretrained on unstated data, learned to tell/);
  assert.match(unstated, /\*\*Base:\*\* mine@1, pretrained on unstated data; source not stated\n/);
  const tuned = told("not stated, then tuned as mine@1 to tell 3 classes apart", "https://example.org");
  assert.match(tuned, /^The network mine@1, pretrained on unstated data, then tuned as mine@1 to tell 3/);
  assert.match(told("scans", "not stated"), /pretrained on scans; source not stated\n/);
  assert.match(told("scans", "a hospital"), /pretrained on scans; a hospital\n/);
});

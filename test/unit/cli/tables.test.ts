/** The tables that commands are asked for. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { CheckJson } from "../../../cli/json/doctor.js";
import { modelJson } from "../../../cli/json/models.js";
import { runsJson } from "../../../cli/json/runs.js";
import { doctorText } from "../../../cli/render/machine/doctor.js";
import { servicesTable } from "../../../cli/render/machine/services.js";
import { filesTable, modelText } from "../../../cli/render/models/files.js";
import { modelsTable } from "../../../cli/render/models/models.js";
import { shortTime } from "../../../cli/render/numbers.js";
import { planTable, planText } from "../../../cli/render/runs/plan.js";
import { runsTable } from "../../../cli/render/runs/runs.js";
import { seenText } from "../../../cli/render/runs/seen.js";
import { voidMarkText } from "../../../cli/render/warnings.js";
import { forTerminal } from "../../../cli/terminal/shown.js";
import type { PlannedStage } from "../../../client/plan/foresee.js";
import type { ModelVersion } from "../../../spec/records/model.js";
import { FOLDS, SCANS } from "../../support/models/modelVersions.js";
import { colourScreen, plainScreen } from "./screens.js";

const MODEL: ModelVersion = {
  ...SCANS,
  name: "digits",
  version: 2,
  runId: "digits-1",
  createdAt: "2026-11-24T10:15:00.000Z",
  classes: ["one", "two"],
  testAccuracy: 0.968,
};

const lines = (text: string): readonly string[] => text.split("\n");

describe("runsTable", () => {
  const startedAt = new Date("2026-11-24T10:15:00Z");
  const now = new Date("2026-11-24T10:16:00Z");

  it("lists runs with their time and accuracy", () => {
    const text = runsTable(
      [
        { runId: "digits-2", model: "digits", status: "running", startedAt },
        {
          runId: "digits-1",
          model: "digits",
          status: "completed",
          startedAt,
          closedAt: new Date("2026-11-24T10:15:08.4Z"),
          testAccuracy: 0.968,
        },
        // Temporal has forgotten this one: nobody knows when it ended.
        { runId: "digits-0", model: "digits", status: "completed", startedAt },
      ],
      now,
      plainScreen(),
    );
    const time = shortTime(startedAt, now);
    assert.deepEqual(lines(text), [
      "RUN       MODEL   STATUS     STARTED      TOOK  ACCURACY",
      `digits-2  digits  running    ${time}    1:00 min`,
      `digits-1  digits  completed  ${time}       8.4 s    96.8 %`,
      `digits-0  digits  completed  ${time}`,
    ]);
  });

  it("has a column for the folds, where a run has some", () => {
    const run = {
      model: "scans",
      status: "completed",
      startedAt,
      closedAt: now,
      testAccuracy: 0.88,
    } as const;
    const runs = [
      { ...run, runId: "scans-2", folds: FOLDS },
      { ...run, runId: "scans-1" },
    ];
    const time = shortTime(startedAt, now);
    assert.deepEqual(lines(runsTable(runs, now, plainScreen())), [
      "RUN      MODEL  STATUS     STARTED      TOOK  ACCURACY            OVER FOLDS",
      `scans-2  scans  completed  ${time}    1:00 min    88.0 %  84.2 % (78.0 – 89.0)`,
      `scans-1  scans  completed  ${time}    1:00 min    88.0 %`,
    ]);
    assert.deepEqual(
      runsJson({ runs, damaged: [], more: 0 }).runs.map(({ folds }) => folds),
      [FOLDS, undefined],
    );
  });

  it("cuts neither states nor warnings on a narrow terminal", () => {
    const run = { model: "hands", startedAt, closedAt: now, testAccuracy: 0.8 } as const;
    const warnings = [
      { code: "suspected-copies", grade: "check", sentence: "Some are copies.", advice: "look" },
      { code: "few-test-images", grade: "check", sentence: "They are few.", advice: "label more" },
    ] as const;
    const runs = [{ ...run, runId: "hands-20261124-101500-l4x9", status: "terminated", warnings }] as const;
    const shown = lines(runsTable(runs, now, plainScreen()));
    for (const line of shown) assert.ok(line.length <= 80, line);
    assert.match(shown.join("\n"), /terminated .*80\.0 %\n {2}! suspected-copies \+1$/);
    assert.equal(
      voidMarkText("thaw explain RUN", plainScreen()),
      "!! The figure may be void: `thaw explain RUN` says why.",
    );
  });

  it("is empty without runs", () => assert.equal(runsTable([], now, plainScreen()), ""));
});

describe("seenText", () => {
  it("calls what is hidden a file or a folder: it is not looked into", () => {
    const ignored = [
      { reason: "hidden", files: 1, example: ".old" },
      { reason: "not in a class folder", files: 2, example: "lost.jpg" },
    ];
    const seen = { model: "a", images: 2, classes: [{ name: "x", images: 2 }], ignored, warnings: [] };
    const kind = { kind: "general", reason: "nothing tells" } as const;
    const shown = lines(seenText({ ...seen, kind, runFile: "thaw.yaml" }, plainScreen()));
    assert.deepEqual(
      shown.filter((line) => line.startsWith("passed over")),
      [
        "passed over: 1 file or folder, hidden (.old)",
        "passed over: 2 files, not in a class folder (lost.jpg)",
      ],
    );
  });
});

describe("planText", () => {
  const artifact = { kind: "head", key: "k", digest: "d" } as const;
  const reused: readonly PlannedStage[] = [
    { name: "head", kind: "head", action: "reuse", why: "the artifact abc is in the store", artifact },
    ...[1, 2, 3].map((fold) => ({
      name: `fold-${fold}`,
      kind: "fold" as const,
      action: "skip" as const,
      why: "no folds: 171 held-out images",
    })),
  ];

  it("is three lines where nothing has to be computed", () => {
    assert.deepEqual(lines(planText("digits", reused, plainScreen())), [
      "digits: nothing to compute",
      "The one stage is in the store; 3 are left out, as before.",
      "`thaw run` would end in seconds with the same model; `thaw models` lists it.",
    ]);
  });

  it("has one row for folds that are left out for one reason", () => {
    const stages: readonly PlannedStage[] = [
      ...reused,
      { name: "evaluate", kind: "evaluate", action: "run", why: "head changed" },
    ];
    assert.deepEqual(lines(planText("digits", stages, plainScreen())).slice(1), [
      "head      reuse   the artifact abc is in the store",
      "fold-1…3  skip    no folds: 171 held-out images",
      "evaluate  run     head changed",
    ]);
  });
});

describe("planText of activations", () => {
  const stages: readonly PlannedStage[] = [{ name: "tune-1", kind: "tune", action: "run", why: "new" }];
  const planned = {
    ...{ bytes: 5.4e9, wanted: 8e9, kept: ["blocks.6"], recomputed: ["blocks.5"] },
    ...{ budget: 6e9, isExact: false },
  };
  const said = (more: Partial<typeof planned>): string => {
    const text = planText("digits", stages, plainScreen(), { activations: { ...planned, ...more } });
    return text.slice(text.indexOf("Activations")).replaceAll("\n", " ");
  };

  it("says what does not fit, and within what", () =>
    assert.equal(
      said({}),
      "Activations: about 5.4 GB of 8 GB kept; blocks.5 recomputed in each epoch (budget 6 GB)",
    ));

  it("says what there will be", () =>
    assert.equal(said({ bytes: 8e9, recomputed: [], isExact: true }), "Activations: 8 GB of 8 GB kept"));
});

describe("planText of shards", () => {
  const stages: readonly PlannedStage[] = [{ name: "features", kind: "features", action: "run", why: "new" }];
  const said = (parallel: number): string => {
    const planned = { shards: 64, images: 2000, parallel };
    const text = planText("digits", stages, plainScreen(), { shards: planned });
    return text.slice(text.indexOf("Features")).replaceAll("\n", " ");
  };

  it("says how many there are, and how many at once", () => {
    const rest = "those in the store are not computed";
    assert.equal(said(4), `Features: about 64 shards of at most 2000 images, 4 at once; ${rest}`);
    assert.equal(said(1), `Features: about 64 shards of at most 2000 images, one after the other; ${rest}`);
  });

  it("says the same of images that are to be read, before it", () => {
    const planned = { shards: 90, images: 2000, parallel: 4 };
    const text = planText("digits", stages, plainScreen(), { shards: planned, imageShards: planned });
    const shown = text.slice(text.indexOf("Images")).replaceAll("\n", " ");
    const one = "about 90 shards of at most 2000 images, 4 at once; those in the store are not";
    assert.equal(shown, `Images: ${one} read Features: ${one} computed`);
  });
});

describe("planTable", () => {
  const stages: readonly PlannedStage[] = [
    { name: "ingest", kind: "ingest", action: "reuse", why: "the artifact 0123456789ab is in the store" },
    {
      name: "features",
      kind: "features",
      action: "run",
      why: "its input `ingest` will be made anew, and more",
    },
  ];

  it("gives action and reason in whole, in lines of the terminal's width", () => {
    assert.deepEqual(lines(planTable(stages, plainScreen(50))), [
      "STAGE     ACTION  WHY",
      "ingest    reuse   the artifact 0123456789ab is in",
      "                  the store",
      "features  run     its input `ingest` will be made",
      "                  anew, and more",
    ]);
    assert.equal(lines(planTable(stages, plainScreen(Number.POSITIVE_INFINITY))).length, 3);
  });

  it("cuts the reason where a word or two would be on a line", () => {
    const text = lines(planTable(stages, plainScreen(30)));
    assert.equal(text.length, 3);
    assert.ok(text.every((line) => line.length <= 30));
  });

  it("keeps its columns in colour", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what is looked for are colour codes
    const withoutColour = forTerminal(planTable(stages, colourScreen())).replace(/\u001b\[\d+m/g, "");
    assert.equal(withoutColour, planTable(stages, plainScreen()));
  });
});

describe("servicesTable", () => {
  it("tells state, address and memory", () => {
    const text = servicesTable(
      {
        projectFolder: "/project",
        supervised: true,
        services: [
          {
            name: "temporal",
            running: true,
            ready: true,
            pid: 4711,
            address: "127.0.0.1:7233",
            url: "http://127.0.0.1:8233",
            uptimeSeconds: 61,
            restarts: 0,
            logFile: "/project/.thaw/logs/temporal.log",
            memoryBytes: 130e6,
          },
          { name: "s3", running: true, ready: false, pid: 4712, restarts: 2, logFile: "/x" },
          { name: "training-worker", running: false, ready: false, restarts: 0, logFile: "/x" },
        ],
      },
      plainScreen(),
    );
    assert.deepEqual(lines(text), [
      "SERVICE          STATE           UP  MEMORY  RESTARTS  WHERE",
      "temporal         ready     1:01 min  130 MB         0  127.0.0.1:7233",
      "└ web UI                                               http://127.0.0.1:8233",
      "s3               starting                           2",
      "training-worker  down                               0",
    ]);
  });
});

describe("doctorText", () => {
  const checks: readonly CheckJson[] = [
    {
      name: "temporal",
      purpose: "runs",
      state: "ok",
      where: "/home/me/.cache/thaw/temporal",
      version: "1.9.1",
    },
    {
      name: "s3-server",
      purpose: "the object store",
      state: "missing",
      problem: "not there yet",
      fix: "thaw up",
    },
    { name: "g++", purpose: "compiles the binding", state: "optional" },
  ];

  it("tells what is where, then what is wrong and what mends it", () => {
    assert.deepEqual(lines(doctorText(checks, "/home/me", plainScreen())), [
      "  WHAT       VERSION  WHERE",
      "✓ temporal   1.9.1    ~/.cache/thaw/temporal",
      "✗ s3-server           the object store",
      "· g++                 compiles the binding",
      "",
      "✗ s3-server: not there yet",
      "  fix: `thaw up`",
    ]);
  });

  it("cuts no path: one that has no room beside its version has a line of its own", () => {
    const where = `/opt/${"a-folder-of-somebody/".repeat(3)}temporal`;
    const [first] = checks;
    const text = doctorText([{ ...(first as CheckJson), where }], "/home/me", plainScreen());
    assert.deepEqual(lines(text), ["  WHAT      VERSION", "  WHERE", "✓ temporal  1.9.1", `  ${where}`]);
  });
});

describe("filesTable", () => {
  it("gives the names to fetch them by", () => {
    const files = [
      { what: "head/weights.safetensors", bytes: 51_280 },
      { what: "ingest/pack-000.bin", bytes: 12_345_678 },
      { what: "report/x", bytes: 12 },
    ];
    assert.deepEqual(lines(filesTable(files, plainScreen())), [
      "WHAT                         SIZE",
      "head/weights.safetensors  51.3 kB",
      "ingest/pack-000.bin       12.3 MB",
      "report/x                     12 B",
    ]);
  });
});

describe("modelText", () => {
  it("says what a model is", () => {
    assert.deepEqual(lines(modelText(MODEL, plainScreen())), [
      "digits@2  test accuracy 96.8 %",
      "base     efficientnet-lite0",
      "run      digits-1, registered 2026-11-24T10:15:00.000Z",
      "classes  one, two",
    ]);
  });

  it("begins with the folds, where there are some", () => {
    assert.deepEqual(lines(modelText({ ...MODEL, folds: FOLDS }, plainScreen())).slice(0, 2), [
      "digits@2  accuracy over 5 folds 84.2 %  (95 % interval: 78.0 % – 89.0 %)",
      "hold-out 96.8 %, the model that is registered, once",
    ]);
  });
});

describe("modelsTable", () => {
  const listed = (model: ModelVersion) => modelJson({ model, aliases: [] });

  it("has a column for the folds, where a model has some", () => {
    const now = new Date(MODEL.createdAt);
    const time = shortTime(now, now);
    const old = listed({ ...MODEL, version: 1 });
    assert.deepEqual(lines(modelsTable([listed({ ...MODEL, folds: FOLDS }), old], plainScreen(120), now)), [
      "MODEL     ALIASES  ACCURACY            OVER FOLDS  CLASSES  BASE                REGISTERED  RUN",
      `digits@2             96.8 %  84.2 % (78.0 – 89.0)        2  efficientnet-lite0  ${time}       digits-1`,
      `digits@1             96.8 %                              2  efficientnet-lite0  ${time}       digits-1`,
    ]);
    assert.deepEqual(lines(modelsTable([old], plainScreen(), now))[1]?.split(/ {2,}/), [
      ...["digits@1", "96.8 %", "2", "efficientnet-lite0", time, "digits-1"],
    ]);
    assert.deepEqual(listed({ ...MODEL, folds: FOLDS }).folds, FOLDS);
    assert.equal("folds" in old, false);
  });

  it("has a column for licences, where one of them is to be read first", () => {
    const now = new Date(MODEL.createdAt);
    const free = modelJson({ model: MODEL, aliases: [], licence: "Apache-2.0" });
    const bound = modelJson({ model: { ...MODEL, version: 1 }, aliases: [], licence: "CC-BY-NC-4.0" });
    assert.deepEqual([free.licence, free.licenceConcern], ["Apache-2.0", undefined]);
    assert.deepEqual([bound.licence, bound.licenceConcern], ["CC-BY-NC-4.0", "non-commercial"]);
    const [header = "", , second = ""] = lines(modelsTable([free, bound], plainScreen(120), now));
    assert.match(header, /BASE +LICENCE +REGISTERED/);
    assert.match(second, /efficientnet-lite0 +non-commercial/);
    assert.doesNotMatch(lines(modelsTable([free], plainScreen(120), now)).join(), /LICENCE/);
  });
});

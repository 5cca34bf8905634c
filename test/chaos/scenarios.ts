/** The runs that are disturbed: small enough for minutes, and between them every kind of stage. */

export interface Scenario {
  readonly name: string;
  /** Registered for it. */
  readonly base: "small" | "tiny";
  /** Without its `base` and its `data.path`. */
  readonly runFile: string;
  /** Stages whose bits depend on the clock, and those that read them. */
  readonly timed: readonly string[];
}

/**
 * Small batches give a stage some dozens of steps on a few images. The head hardly learns and there are many validation
 * images, so that the stages after it are kept: the weights of one that is rolled back would say nothing of its training.
 */
const folds = (deepest: string, epochs: number): Scenario => ({
  ...{ name: "folds", base: "small" },
  runFile: `
name: chaos-folds
recipe: staged
augment: { views: 1 }
head: { epochs: 60, patience: 60, learning_rate: 0.00003, mixup: 0.2 }
unfreeze:
  { stages: [${deepest}], epochs: ${epochs}, patience: ${epochs}, batch_size: 8, ema: 0.9, mixup: 0.2, schedule: one-cycle }
evaluation: { folds: 2 }
`,
  timed: [],
});

const DEEP: Scenario = {
  ...{ name: "deep", base: "small" },
  runFile: `
name: chaos-deep
recipe: staged
augment: { views: 1 }
head: { epochs: 60, patience: 60, learning_rate: 0.00003 }
unfreeze: { stages: [top, blocks.5], epochs: 40, patience: 40, batch_size: 8, find_rate: true, l2_sp: 0.01 }
evaluation: { folds: 0 }
seed: 2
`,
  timed: [],
};

const SCRATCH: Scenario = {
  ...{ name: "scratch", base: "small" },
  runFile: `
name: chaos-scratch
recipe: staged
augment: { views: 2 }
head: { epochs: 60, patience: 60, learning_rate: 0.00003 }
unfreeze: { stages: [blocks.6], epochs: 40, patience: 40, batch_size: 8, cutmix: 1 }
compare: { scratch: true }
evaluation: { folds: 0 }
seed: 3
`,
  timed: ["scratch", "evaluate"],
};

export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [folds("blocks.6", 60), DEEP, SCRATCH];

/**
 * All that the short form runs: the stages of the first one on the tiny base, all of them kept, in more and smaller steps with as
 * many checkpoints.
 */
export const SHORT = {
  scenario: {
    name: "short",
    base: "tiny",
    runFile: `
name: chaos-short
recipe: staged
augment: { views: 1 }
head: { epochs: 400, patience: 400, mixup: 0.2 }
unfreeze:
  stages: [layer2]
  gate: { rule: always }
  epochs: 80
  patience: 80
  batch_size: 8
  ema: 0.9
  mixup: 0.2
  schedule: one-cycle
evaluation: { folds: 2 }
`,
    timed: [],
  },
  checkpointSeconds: 0.1,
} as const;

/** Share of the images, for the gates. */
export const VALIDATION = 0.4;
/** Images of each class: enough for folds, few enough for seconds. */
export const PER_CLASS = 8;
/** Between two kills of a stage of some seconds there are checkpoints then. */
export const CHECKPOINT_SECONDS = 0.5;

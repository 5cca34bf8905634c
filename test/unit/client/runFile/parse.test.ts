/** Run files as people write them, and what they are told about their mistakes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRunFile } from "../../../../client/runFile/parse.js";
import { ThawError } from "../../../../spec/errors.js";
import { runFileSchema } from "../../../../spec/runFile/runFile.js";

const NO_SECRET =
  "a secret here would stand in the run's history and its Job; put it into a Secret, and name that in kubernetes.secrets";
const FINE = "name: digits\ndata:\n  path: photos\n";

test("what is left out has its default", () => {
  const file = parseRunFile(FINE, "thaw.yaml", []);
  assert.deepEqual(file, runFileSchema.parse({ name: "digits", data: { path: "photos" } }));
});

test("a section whose keys are all commented out is a section of defaults", () => {
  const file = parseRunFile(`${FINE}augment:\n  # views: 3\n`, "thaw.yaml", []);
  assert.deepEqual(file.augment, parseRunFile(FINE, "thaw.yaml", []).augment);
});

test("--set lays values over the file, the last one wins, sections are made as needed", () => {
  const overrides = [
    "head.epochs=3",
    "head.epochs=4",
    "unfreeze.stages=[blocks.6]",
    "augment.flip=true",
    "data.path=more photos",
    "base=efficientnet-lite0",
  ];
  const file = parseRunFile(`${FINE}head: { epochs: 99, dropout: 0.5 }\n`, "thaw.yaml", overrides);
  assert.equal(file.head.epochs, 4);
  assert.equal(file.head.dropout, 0.5);
  assert.deepEqual(file.unfreeze.stages, ["blocks.6"]);
  assert.equal(file.augment.flip, true);
  assert.equal(file.data.path, "more photos");
});

test("bases are a list, or `auto`", () => {
  assert.equal(parseRunFile(`${FINE}bases: auto\n`, "thaw.yaml", []).bases, "auto");
  assert.equal(parseRunFile(FINE, "thaw.yaml", ["bases=auto"]).bases, "auto");
  assert.deepEqual(parseRunFile(`${FINE}bases: [a, b]\n`, "thaw.yaml", []).bases, ["a", "b"]);
});

test("the kind of data decides what is left out, and each key can still be set", () => {
  const of = (text: string) => parseRunFile(`${FINE}augment: ${text}\n`, "thaw.yaml", []).augment;
  // What there was before kinds existed.
  const { kind: _kind, ...general } = of("{}");
  assert.deepEqual(general, { views: 6, flip: false, crop: 0.15, rotate: 10, colour: 0.15, erase: 0 });
  assert.equal(of("{ kind: photographs }").flip, true);
  for (const kind of ["symbols", "medical"]) assert.equal(of(`{ kind: ${kind} }`).flip, false);
  assert.equal(of("{ kind: textures }").rotate, 180);
  assert.deepEqual(of("{ kind: textures, rotate: 0, flip: false }"), {
    ...of("{ kind: textures }"),
    rotate: 0,
    flip: false,
  });
  const resolved = of("{ kind: medical, erase: 0.3, views: 2 }");
  assert.deepEqual(of(JSON.stringify(resolved)), resolved, "what is filled in reads back as the same");
});

test("--set mends a mistake of the file", () => {
  assert.equal(parseRunFile(`${FINE}seed: many\n`, "thaw.yaml", ["seed=7"]).seed, 7);
});

interface Wrong {
  readonly text: string;
  readonly set?: readonly string[];
  /** The whole message. */
  readonly said: readonly string[];
}

const HEAD_KEYS =
  "dropout, epochs, patience, batch_size, learning_rate, weight_decay, label_smoothing, mixup";
const TOP_KEYS = Object.keys(runFileSchema.shape).join(", ");

const WRONG: Readonly<Record<string, Wrong>> = {
  "an empty file": {
    text: "",
    said: [
      "2 mistakes in thaw.yaml:",
      "  thaw.yaml:1:1: `name` is missing: Name of the model; versions are counted under it.",
      "  thaw.yaml:1:1: `data` is missing: The labelled images and how they are split.",
    ],
  },
  "a list": { text: "- name\n", said: ["thaw.yaml:1:1: a run file is a list of `key: value` lines"] },
  "a missing path": {
    text: "name: a\ndata:\n  test: 0.3\n",
    said: [
      "thaw.yaml:2:1: `data.path` is missing: A folder with one sub-folder per class, or with train, val and test folders of them, or a CSV/JSONL manifest (path, label, group, split); on disk, or in a bucket of the store's endpoint: s3://BUCKET/PREFIX.",
    ],
  },
  "a mistyped key": {
    text: `${FINE}head:\n  dropuot: 0.5\n`,
    said: [
      `thaw.yaml:5:3: unknown key \`head.dropuot\`; did you mean \`head.dropout\`? The keys of \`head\` are ${HEAD_KEYS}`,
    ],
  },
  "a key in another style": {
    text: `${FINE}head: { batchSize: 3 }\n`,
    said: [
      `thaw.yaml:4:9: unknown key \`head.batchSize\`; did you mean \`head.batch_size\`? The keys of \`head\` are ${HEAD_KEYS}`,
    ],
  },
  "a key in the wrong section": {
    text: `${FINE}rotate: 5\n`,
    said: [
      `thaw.yaml:4:1: unknown key \`rotate\`; did you mean \`augment.rotate\`? The keys of the run file are ${TOP_KEYS}`,
    ],
  },
  "a key that two sections have": {
    text: `${FINE}epoch: 5\n`,
    said: [
      `thaw.yaml:4:1: unknown key \`epoch\`; did you mean \`head.epochs\` or \`unfreeze.epochs\`? The keys of the run file are ${TOP_KEYS}`,
    ],
  },
  "a key like no other": {
    text: `${FINE}gpu_count: 5\n`,
    said: [`thaw.yaml:4:1: unknown key \`gpu_count\`; the keys of the run file are ${TOP_KEYS}`],
  },
  "secrets among a pod's variables": {
    text: `${FINE}kubernetes:\n  env:\n    TEMPORAL_API_KEY: an-api-key\n    P: http://me:word@proxy\n    FINE: http://proxy\n`,
    said: [
      "2 mistakes in thaw.yaml:",
      `  thaw.yaml:6:5: \`kubernetes.env.TEMPORAL_API_KEY\`: ${NO_SECRET}`,
      `  thaw.yaml:7:5: \`kubernetes.env.P\`: ${NO_SECRET}`,
    ],
  },
  "secrets in a patch of the pod": {
    text: `${FINE}kubernetes:\n  pod_template:\n    spec:\n      containers:\n        - name: side\n          env:\n            - { name: AWS_SESSION_TOKEN, value: abc }\n            - { name: A, value: b }\n          args: ["--to=https://h/?sig=abc"]\n`,
    said: [
      "2 mistakes in thaw.yaml:",
      `  thaw.yaml:10:42: \`kubernetes.pod_template.spec.containers[0].env[0].value\`: ${NO_SECRET}`,
      `  thaw.yaml:12:18: \`kubernetes.pod_template.spec.containers[0].args[0]\`: ${NO_SECRET}`,
    ],
  },
  "a stage that no pod does": {
    text: `${FINE}kubernetes:\n  stages:\n    evalute: { spot: true }\n    head: { runtime_class: 3 }\n`,
    said: [
      "2 mistakes in thaw.yaml:",
      "  thaw.yaml:6:5: unknown key `kubernetes.stages.evalute`; did you mean `kubernetes.stages.evaluate`? The keys of `kubernetes.stages` are ingest, features, recipe, head, tune, fold, scratch, evaluate",
      "  thaw.yaml:7:13: `kubernetes.stages.head.runtime_class` must be text or null, not 3",
    ],
  },
  "a number out of range": {
    text: `${FINE}augment:\n  views: 0\n  crop: 1\nhead:\n  learning_rate: 3\n`,
    said: [
      "3 mistakes in thaw.yaml:",
      "  thaw.yaml:5:3: `augment.views` must be auto or a whole number from 1 to 32, not 0",
      "  thaw.yaml:6:3: `augment.crop` must be a number from 0 to below 1, not 1",
      "  thaw.yaml:8:3: `head.learning_rate` must be a number above 0, at most 1, not 3",
    ],
  },
  "values of the wrong kind": {
    text: "name: 12\ndata: { path: photos }\nseed: 1.5\nhead: 3\ncompare: { scratch: yes }\nunfreeze: { epochs: null }\n",
    said: [
      "5 mistakes in thaw.yaml:",
      '  thaw.yaml:1:1: `name` must be text, not 12: put it in quotes, "12"',
      "  thaw.yaml:3:1: `seed` must be a whole number from 0 to 4294967295, not 1.5",
      `  thaw.yaml:4:1: \`head\` must be a section with the keys ${HEAD_KEYS}, not 3`,
      '  thaw.yaml:5:12: `compare.scratch` must be true or false, not "yes"',
      "  thaw.yaml:6:13: `unfreeze.epochs` must be a whole number from 1 to 100000, not empty",
    ],
  },
  "cutmix of the head's pooled features": {
    text: `${FINE}head:\n  cutmix: 1\n`,
    said: [
      "thaw.yaml:5:3: unknown key `head.cutmix`: cutmix needs an area to cut from, and the head sees pooled features without one; use `head.mixup`, or `unfreeze.cutmix` for the stages",
    ],
  },
  "a loss and a kind that do not exist": {
    text: `${FINE}loss: { kind: hinge, gamma: 9 }\naugment: { kind: photograph, erase: 2 }\n`,
    set: ["unfreeze.mixup=-1"],
    said: [
      "5 mistakes in thaw.yaml and --set:",
      '  thaw.yaml:4:9: `loss.kind` must be one of cross-entropy, focal, not "hinge"',
      "  thaw.yaml:4:22: `loss.gamma` must be a number from 0 to 5, not 9",
      '  thaw.yaml:5:12: `augment.kind` must be one of general, photographs, symbols, medical, textures, not "photograph"; did you mean photographs?',
      "  thaw.yaml:5:30: `augment.erase` must be a number from 0 to 1, not 2",
      "  --set unfreeze.mixup=-1: `unfreeze.mixup` must be a number from 0 to 10, not -1",
    ],
  },
  "a name that cannot be one": {
    text: "name: My Model\ndata: { path: '' }\n",
    said: [
      "2 mistakes in thaw.yaml:",
      '  thaw.yaml:1:1: `name`: use up to 40 lower-case letters, digits and dashes, not "My Model"',
      "  thaw.yaml:2:9: `data.path` must not be empty",
    ],
  },
  "a value that is not on the list": {
    text: `${FINE}base: EfficientNet Lite0\nunfreeze:\n  stages:\n    - blocks.6\n    - block.5\n`,
    said: [
      "2 mistakes in thaw.yaml:",
      '  thaw.yaml:4:1: `base`: use NAME or NAME@VERSION of a base, or model:NAME, model:NAME@VERSION or model:NAME@ALIAS, not "EfficientNet Lite0"',
      '  thaw.yaml:8:7: `unfreeze.stages[1]` must be one of top, blocks.6, blocks.5, blocks.4, blocks.3, blocks.2, blocks.1, blocks.0, layer4, layer3, layer2, layer1, not "block.5"; did you mean blocks.5?',
    ],
  },
  "a list that is written as text": {
    text: `${FINE}bases: efficientnet-lite0,efficientnet-lite1\n`,
    said: [
      'thaw.yaml:4:1: `bases` must be a list of values in brackets, [efficientnet-lite0, efficientnet-lite1], or auto, not "efficientnet-lite0,efficientnet-lite1"',
    ],
  },
  "lists that are written as text in --set": {
    text: FINE,
    set: ["bases=efficientnet-lite0 efficientnet-lite1", "unfreeze.stages=blocks.6"],
    said: [
      "2 mistakes in --set:",
      '  --set bases=efficientnet-lite0 efficientnet-lite1: `bases` must be a list of values in brackets, [efficientnet-lite0, efficientnet-lite1], or auto, not "efficientnet-lite0 efficientnet-lite1"',
      '  --set unfreeze.stages=blocks.6: `unfreeze.stages` must be a list of top, blocks.6, blocks.5, blocks.4, blocks.3, blocks.2, blocks.1, blocks.0, layer4, layer3, layer2, layer1 in brackets, [blocks.6], not "blocks.6"',
    ],
  },
  "a word that is none of those in a list's place": {
    text: `${FINE}bases: all\n`,
    said: ['thaw.yaml:4:1: `bases` must be a list of values in brackets, [all], or auto, not "all"'],
  },
  "one name in a list of several": {
    text: `${FINE}bases: [a]\n`,
    said: ["thaw.yaml:4:1: `bases`: name at least two to compare, or write the one as `base`"],
  },
  "a wrong name in a list that may be a word": {
    text: `${FINE}bases: [a, B C]\n`,
    said: [
      'thaw.yaml:4:12: `bases[1]`: use NAME or NAME@VERSION of a base, or model:NAME, model:NAME@VERSION or model:NAME@ALIAS, not "B C"',
    ],
  },
  "a list that is too long": {
    text: `${FINE}bases: [a, b, c, d, e, f, g, h, i]\n`,
    said: ["thaw.yaml:4:1: `bases` takes at most 8 values"],
  },
  "stages out of order": {
    text: `${FINE}unfreeze:\n  stages: [blocks.5, blocks.6]\n`,
    said: [
      "thaw.yaml:5:3: `unfreeze.stages`: every stage must reach deeper than the one before in the same architecture, e.g. [blocks.6, blocks.5, blocks.3] or [layer4, layer3]",
    ],
  },
  "shares that leave nothing to train on, beside another mistake": {
    text: "name: a\ndata:\n  path: photos\n  test: 0.6\n  validation: 0.4\nseed: x\n",
    said: [
      "2 mistakes in thaw.yaml:",
      "  thaw.yaml:4:3: `data.test`: test + validation must leave images for training: their sum must be below 1",
      '  thaw.yaml:6:1: `seed` must be a whole number from 0 to 4294967295, not "x"',
    ],
  },
  "a second document": {
    text: `${FINE}---\nname: more\n`,
    said: ["thaw.yaml:4:1: a second YAML document begins here, and a run file is a single one"],
  },
  "a key twice": {
    text: `${FINE}name: again\n`,
    said: ["thaw.yaml:4:1: `name` stands here a second time: which of the two is meant?"],
  },
  "a line indented too far": {
    text: "name: a\n  data: b\n",
    said: ["thaw.yaml:1:7: a line further down is indented as if it belonged to this value"],
  },
  "a bracket that is not closed": {
    text: "name: a\ndata: { path: b\n",
    said: ["thaw.yaml:3:1: Flow map in block collection must be sufficiently indented and end with a }"],
  },
  "an alias without its anchor": {
    text: "name: a\ndata: *photos\n",
    said: ["thaw.yaml:2:7: there is no anchor &photos above"],
  },
  "mistakes in --set, told apart from those of the file": {
    text: `${FINE}seed: x\n`,
    set: ["head.epochs=many", "hed.epochs=3", "head.epochs", "unfreeze.stages=[blocks.6"],
    said: [
      "5 mistakes in thaw.yaml and --set:",
      '  thaw.yaml:4:1: `seed` must be a whole number from 0 to 4294967295, not "x"',
      '  --set head.epochs=many: `head.epochs` must be a whole number from 1 to 100000, not "many"',
      `  --set hed.epochs=3: unknown key \`hed\`; did you mean \`head\`? The keys of the run file are ${TOP_KEYS}`,
      "  --set head.epochs: write it as KEY=VALUE, for example --set head.epochs=20",
      "  --set unfreeze.stages=[blocks.6: the value is no YAML: Flow sequence must end with a ]",
    ],
  },
  "numbers that nobody means": {
    text: `${FINE}head: { epochs: 1e9, batch_size: 1000000 }\nscratch: { budget: 99999999TB }\nkubernetes: { timeouts: { queue: 999d }, resources: { memory: 16, cpu: 8Gi } }\n`,
    set: ["model.min_new_images=1e9"],
    said: [
      "7 mistakes in thaw.yaml and --set:",
      "  thaw.yaml:4:9: `head.epochs` must be a whole number from 1 to 100000, not 1000000000",
      "  thaw.yaml:4:22: `head.batch_size` must be a whole number from 1 to 65536, not 1000000",
      "  thaw.yaml:5:12: `scratch.budget`: no disk has more than 10000 TB",
      "  thaw.yaml:6:67: `kubernetes.resources.cpu`: more than 10000 processors no node has; 500m is half a one",
      "  thaw.yaml:6:55: `kubernetes.resources.memory`: that is less than a megabyte, or more than a petabyte: without a unit it is bytes, and m means thousandths; write for example 512Mi or 8Gi",
      "  thaw.yaml:6:27: `kubernetes.timeouts.queue`: longer than 366d nothing is waited for",
      "  --set model.min_new_images=1e9: `model.min_new_images` must be a whole number from 1 to 10000000, not 1000000000",
    ],
  },
  "a --set that reaches for JavaScript's insides": {
    text: FINE,
    set: ["__proto__.polluted=yes", "constructor.prototype=1"],
    said: [
      "2 mistakes in --set:",
      `  --set __proto__.polluted=yes: unknown key \`__proto__\`; the keys of the run file are ${TOP_KEYS}`,
      `  --set constructor.prototype=1: unknown key \`constructor\`; the keys of the run file are ${TOP_KEYS}`,
    ],
  },
};

for (const [what, { text, set, said }] of Object.entries(WRONG)) {
  test(`${what} is refused in so many words`, () => {
    assert.throws(
      () => parseRunFile(text, "thaw.yaml", set ?? []),
      (error: unknown) => {
        assert.ok(error instanceof ThawError, String(error));
        assert.equal(error.message, said.join("\n"));
        assert.equal(error.code, "RUN_FILE_INVALID");
        assert.match(error.hint ?? "", /thaw init/);
        return true;
      },
    );
  });
}

test("as many keys that stand twice as a run file has room for are a refusal, of which twenty are told", () => {
  const lines = 200_000;
  assert.throws(
    () => parseRunFile("a:\n".repeat(lines), "thaw.yaml", []),
    (error: unknown) => {
      assert.ok(error instanceof ThawError, String(error));
      assert.equal(error.code, "RUN_FILE_INVALID");
      const [first = "", ...told] = error.message.split("\n");
      assert.equal(first, `${lines - 1} mistakes in thaw.yaml:`);
      assert.equal(told.length, 21);
      assert.equal(told.at(-1), `  and ${lines - 21} more`);
      return true;
    },
  );
});

/** Values, classes and times of two versions held against each other. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Answer } from "../../../../../client/models/compare.js";
import { classFigures } from "../../../../../client/models/diff/classes.js";
import { codeDiff, type Made, making, valuesDiff } from "../../../../../client/models/diff/making.js";
import { parameterDiff } from "../../../../../client/models/diff/parameters.js";
import type { ArtifactManifest } from "../../../../../store/artifacts/artifacts.js";

function manifest(kind: string, more: Partial<ArtifactManifest> = {}): ArtifactManifest {
  return {
    ...{ kind, key: "a".repeat(64), digest: "b".repeat(64), files: [], parameters: {}, inputs: {} },
    ...{ summary: {}, engine: "tf", createdAt: "2026-01-01", seconds: 1, codeVersion: 1 },
    ...more,
  };
}

const made = (file: object, stages: Readonly<Record<string, ArtifactManifest>> = {}): Made =>
  new Map(Object.entries({ ...stages, report: manifest("report", { parameters: { file } }) }));

describe("parameterDiff", () => {
  it("names what differs by its path, and what only one side has", () => {
    const found = parameterDiff(
      { head: { epochs: 10, rate: 0.1 }, seed: 1, old: true, none: null },
      { head: { epochs: 12, rate: 0.1 }, seed: 1, stages: ["top"], none: null },
    );
    assert.deepEqual(found, [
      { key: "head.epochs", a: 10, b: 12 },
      { key: "old", a: true },
      { key: "stages", b: ["top"] },
    ]);
  });

  it("shows no password of an address", () => {
    const [one] = parameterDiff({ url: "https://anna:geheim@host/x" }, { url: "https://host/x" });
    assert.ok(!JSON.stringify(one).includes("geheim"), JSON.stringify(one));
  });
});

describe("valuesDiff", () => {
  it("is of the run files, and of stages that were trained otherwise than they say", () => {
    const tune = (parameters: object): ArtifactManifest =>
      manifest("tune", { parameters: { ...parameters, base: "a", seed: 1 } });
    const found = valuesDiff(
      made({ unfreeze: { batch_size: 32, epochs: 5 } }, { "tune-1": tune({ batch_size: 32, epochs: 5 }) }),
      made({ unfreeze: { batch_size: 32, epochs: 6 } }, { "tune-1": tune({ batch_size: 16, epochs: 6 }) }),
    );
    assert.deepEqual(found, [
      { key: "unfreeze.epochs", a: 5, b: 6 },
      { key: "tune-1: batch_size", a: 32, b: 16 },
    ]);
  });

  it("of the same values has nothing, and of other code says which stage", () => {
    const [a, b] = [made({ seed: 1 }), made({ seed: 1 }, { head: manifest("head") })];
    assert.deepEqual(valuesDiff(a, b), []);
    assert.deepEqual(codeDiff(a, b), [], "a stage that one of them lacks is no other code");
    const newer = made({ seed: 1 }, { head: manifest("head", { codeVersion: 3 }) });
    assert.deepEqual(codeDiff(b, newer), [{ key: "head", a: 1, b: 3 }]);
  });
});

describe("making", () => {
  it("adds up training and all stages, and has the size of the weights that are registered", () => {
    const weights = (size: number) => [{ name: "weights.safetensors", digest: "c".repeat(64), size }];
    const epoch = { seconds: 2 };
    const found = making(
      made(
        {},
        {
          ingest: manifest("ingest", { seconds: 5 }),
          head: manifest("head", { seconds: 10, files: weights(7), summary: { history: [epoch, epoch] } }),
          "tune-1": manifest("tune", {
            seconds: 20,
            files: weights(9),
            summary: { history: [{ seconds: 5 }] },
          }),
        },
      ),
    );
    assert.deepEqual(found, {
      ...{ weightsBytes: 9, trainingSeconds: 30, seconds: 36, epochs: 3, secondsPerEpoch: 3 },
      engines: ["tf"],
    });
  });
});

describe("classFigures", () => {
  const answers = (label: string, a: string, b: string): readonly (readonly [Answer, Answer])[] =>
    [...a].map((mark, index) => {
      const image = `${label}-${index}`;
      return [
        { image, label, isRight: mark === "+", group: image },
        { image, label, isRight: b[index] === "+", group: image },
      ] as const;
    });

  it("tests class by class, and says nothing of those with few images", () => {
    const found = classFigures([
      ...answers("cat", "-".repeat(10) + "+".repeat(10), "+".repeat(20)),
      ...answers("dog", "-".repeat(19), "+".repeat(19)),
      ...answers("ant", "+".repeat(20), "+".repeat(20)),
    ]);
    assert.deepEqual(
      found.map(({ name, images, verdict }) => [name, images, verdict]),
      [
        ["ant", 20, "not-proven"],
        ["cat", 20, "b-better"],
        ["dog", 19, "cannot-say"],
      ],
    );
    // Ten images changed sides, all to B: 2 · 2^-10, of two classes that are tested.
    assert.ok(Math.abs((found[1]?.pValue ?? 0) - 2 * 2 * 2 ** -10) < 1e-12);
    assert.deepEqual([found[1]?.a, found[1]?.b, found[1]?.onlyA, found[1]?.onlyB], [0.5, 1, 0, 10]);
  });

  it("needs more evidence the more classes there are", () => {
    // Six of six: 0.031 alone, and no more than chance among ten classes.
    const one = answers("a", `------${"+".repeat(14)}`, "+".repeat(20));
    assert.equal(classFigures(one)[0]?.verdict, "b-better");
    const others = [..."bcdefghij"].flatMap((name) => answers(name, "+".repeat(20), "+".repeat(20)));
    assert.equal(classFigures([...one, ...others])[0]?.verdict, "not-proven");
  });
});

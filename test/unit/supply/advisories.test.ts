/** No known advisory is of a version that thaw installs or fetches, unless it says why that is no matter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Advisories, hitsIn, type Installed, readAdvisories } from "../../supply/advisories.js";
import { COMPONENTS } from "../../supply/components.js";
import { directDependencies, productionPackages, readLock } from "../../supply/packages.js";
import { isBefore } from "../../supply/versions.js";

const recorded = readAdvisories();
const installed: readonly Installed[] = [
  ...productionPackages(readLock()).map(({ name, version }) => ({ name, version, registry: "npm" as const })),
  ...COMPONENTS,
];

test("no advisory that is not handled is of what is installed", () => {
  const open = hitsIn(recorded, installed).filter(({ isHandled }) => !isHandled);
  assert.deepEqual(
    open.map(({ id, package: name, version, summary }) => `${name}@${version}: ${id}, ${summary}`),
    [],
    "take a version that mends it, or say in docs/supply/advisories.json why it is no matter",
  );
});

test("what is handled is still there: a reason for a version that went is taken out", () => {
  const hits = new Set(
    hitsIn(recorded, installed).map(({ id, package: name, version }) => `${name}@${version} ${id}`),
  );
  const idle = recorded.handled.flatMap(({ package: name, version, ids }) =>
    ids.map((id) => `${name}@${version} ${id}`).filter((one) => !hits.has(one)),
  );
  assert.deepEqual(idle, []);
  assert.ok(hits.size > 0, "the matching finds something");
});

test("each advisory stands once, and is of a package that was looked up", () => {
  const ids = recorded.advisories.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const named = [...recorded.advisories, ...recorded.undecided].map(({ package: name }) => name);
  assert.deepEqual(
    named.filter((name) => !recorded.lookedUp.includes(name)),
    [],
  );
});

test("all that package.json asks for was looked up", () => {
  const missing = directDependencies(readLock()).filter((name) => !recorded.lookedUp.includes(name));
  assert.deepEqual(missing, [], "look it up, and say so in docs/supply/advisories.json");
});

const made: Advisories = {
  ...{ recorded: "2026-01-01", how: "made up", lookedUp: ["a"], undecided: [] },
  advisories: [
    {
      ...{ id: "X-1", ecosystem: "npm", package: "a", summary: "it breaks", source: "https://example.org/" },
      affected: [
        { introduced: "1.2.0", fixed: "1.4.1" },
        { introduced: "2.0.0-beta.1", fixed: null },
      ],
    },
  ],
  handled: [{ package: "a", version: "1.4.0", ids: ["X-1"], reason: "not used" }],
};
const CASES = [
  ["1.1.9", false],
  ["1.2.0", true],
  ["1.4.1-rc.1", true],
  ["1.4.1", false],
  ["1.10.0", false],
  ["2.0.0-alpha", false],
  ["2.0.0", true],
  ["99.0.0", true],
] as const;
for (const [version, isHit] of CASES) {
  test(`an advisory of 1.2.0 to 1.4.1 and from 2.0.0-beta.1 ${isHit ? "is" : "is not"} of ${version}`, () => {
    const hits = hitsIn(made, [{ name: "a", version, registry: "npm" }]);
    assert.equal(hits.length === 1, isHit);
    assert.ok(hits.every(({ isHandled }) => !isHandled));
  });
}

test("a reason holds for its version alone, and a name of another registry is another package", () => {
  const [handled] = hitsIn(made, [{ name: "a", version: "1.4.0", registry: "npm" }]);
  assert.equal(handled?.isHandled, true);
  assert.deepEqual(hitsIn(made, [{ name: "a", version: "1.4.0", registry: "pypi" }]), []);
});

test("versions are in the order of semantic versioning", () => {
  // The specification's own example, and numbers that are not in the alphabet's order.
  const order = [
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
  ].concat(["1.0.0-rc.1", "1.0.0", "1.9.0", "1.10", "4.48"]);
  order.forEach((one, i) => {
    order.forEach((other, j) => {
      assert.equal(isBefore(one, other), i < j, `${one} before ${other}`);
    });
  });
  assert.throws(() => isBefore("latest", "1.0.0"), /latest is no version/);
});

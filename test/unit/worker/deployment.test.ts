/** Which version of the control worker becomes the current one, and when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { deploymentOptions, isDue } from "../../../worker/deployment.js";

const NOW = 1_800_000_000_000;
const ago = (seconds: number) => ({ seconds: NOW / 1000 - seconds, nanos: 0 });
type Info = Parameters<typeof isDue>[0];
type Poller = Parameters<typeof isDue>[1][number];

/** @param known build ids by whether they have been current once */
const info = (current: string | undefined, known: Record<string, boolean>): Info =>
  ({
    routingConfig: current === undefined ? {} : { currentDeploymentVersion: { buildId: current } },
    versionSummaries: Object.entries(known).map(([buildId, hasBeen]) => ({
      deploymentVersion: { buildId },
      ...(hasBeen ? { firstActivationTime: ago(9_000) } : {}),
    })),
  }) as unknown as Info;
const poller = (buildId: string, seconds: number): Poller =>
  ({ deploymentOptions: { buildId }, lastAccessTime: ago(seconds) }) as unknown as Poller;

const CASES: readonly [string, Info, readonly Poller[], boolean][] = [
  ["the first version, which the server knows already", info(undefined, { v2: false }), [], true],
  ["a new version beside the current one", info("v1", { v1: true, v2: false }), [poller("v1", 1)], true],
  ["one that the server has not seen poll", info("v1", { v1: true }), [poller("v1", 1)], false],
  ["an old one while the current one polls", info("v3", { v2: true, v3: true }), [poller("v3", 59)], false],
  ["an old one when the current one has gone", info("v3", { v2: true, v3: true }), [poller("v3", 80)], true],
  ["an old one when only its own workers poll", info("v3", { v2: true, v3: true }), [poller("v2", 1)], true],
];
for (const [what, deployment, pollers, expected] of CASES) {
  test(`${what} ${expected ? "becomes" : "does not become"} current`, () => {
    assert.equal(isDue(deployment, pollers, "v2", NOW), expected);
  });
}

test("without a build id the worker has no versions, with one its workflows follow the newest", () => {
  assert.equal(deploymentOptions(undefined), undefined);
  assert.equal(deploymentOptions(""), undefined);
  const options = deploymentOptions("0.1.0-r3");
  assert.deepEqual(options?.version, { deploymentName: "thaw-control", buildId: "0.1.0-r3" });
  assert.equal(options?.defaultVersioningBehavior, "AUTO_UPGRADE");
});

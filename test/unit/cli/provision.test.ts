/** The lines of components that are being provisioned. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nextProvision, provisionLine } from "../../../cli/render/machine/provision.js";
import { widthOf } from "../../../cli/render/text.js";
import { plainScreen } from "./screens.js";

const component = "base-weights:efficientnet-lite0";
const downloading = (fraction: number) =>
  ({ component, phase: "downloading", fraction, detail: "261 MB" }) as const;

describe("provisionLine", () => {
  it("shows share and time left of the phase, within 80 columns", () => {
    const begun = nextProvision(undefined, downloading(0), 0);
    const half = nextProvision(begun, downloading(0.5), 30_000);
    const line = provisionLine(half, 30_000, plainScreen());
    assert.equal(line, "▸ base-weights:efficientnet-lite0  downloading  ━━━━━─────  50 %  ETA 30 s");
    assert.ok(widthOf(line) <= 80);
  });

  it("counts the rate from where the phase was found, not from nothing", () => {
    const begun = nextProvision(undefined, downloading(0.5), 0);
    const more = nextProvision(begun, downloading(0.75), 10_000);
    assert.match(provisionLine(more, 10_000, plainScreen()), /75 % {2}ETA 10 s$/);
  });

  it("guesses no time before there is a rate", () => {
    const begun = nextProvision(undefined, downloading(0), 0);
    assert.match(provisionLine(begun, 100, plainScreen()), / 0 % {2}261 MB$/);
  });

  it("begins anew with each phase", () => {
    const begun = nextProvision(undefined, downloading(0), 0);
    const unpacking = nextProvision(begun, { component, phase: "unpacking", fraction: 0.1 }, 60_000);
    assert.equal(unpacking.since, 60_000);
    assert.equal(unpacking.sinceFraction, 0.1);
  });

  it("shows phases without a share, and the end with the version", () => {
    const compiling = nextProvision(undefined, { component: "tfjs-binding", phase: "compiling" }, 0);
    assert.equal(
      provisionLine(compiling, 5_000, plainScreen()),
      "▸ tfjs-binding                     compiling",
    );
    const ready = nextProvision(
      compiling,
      { component: "tfjs-binding", phase: "ready", detail: "4.22.0" },
      0,
    );
    assert.equal(
      provisionLine(ready, 5_000, plainScreen()),
      "✓ tfjs-binding                     ready        4.22.0",
    );
  });
});

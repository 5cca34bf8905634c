/** When colours are used. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { wantsColour } from "../../../cli/output.js";

describe("wantsColour", () => {
  const CASES: readonly (readonly [NodeJS.ProcessEnv, boolean, boolean])[] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ];
  for (const [environment, terminal, wanted] of CASES) {
    it(`is ${wanted} with ${JSON.stringify(environment)} ${terminal ? "on a terminal" : "in a pipe"}`, () => {
      assert.equal(wantsColour(environment, terminal), wanted);
    });
  }
});

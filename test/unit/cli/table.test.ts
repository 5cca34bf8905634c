/** Tables on narrow screens. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runsTable } from "../../../cli/render/runs/runs.js";
import { table } from "../../../cli/render/table.js";
import { widthOf } from "../../../cli/render/text.js";
import type { RunListing } from "../../../client/runs/list.js";
import { FOLDS } from "../../support/models/modelVersions.js";
import { colourScreen, plainScreen } from "./screens.js";

const widest = (text: string): number => Math.max(...text.split("\n").map(widthOf));

describe("a table", () => {
  const why = "a rather long explanation of what is the matter here";
  const rows = [["emoji-20261129-101354-3yc1", why, "1234"]];

  for (const width of [60, 80, 100]) {
    it(`fits ${width} columns; words give way, figures and what the row is of do not`, () => {
      const text = table(["RUN", "WHY", "N"], rows, plainScreen(width), [2]);
      assert.ok(widest(text) <= width, text);
      assert.match(text, /\nemoji-20261129-101354-3yc1 {2}a rather.* {2}1234$/);
    });
  }

  it("is whole where nobody looks at a screen", () => {
    assert.ok(table(["RUN", "WHY", "N"], rows, plainScreen(Number.POSITIVE_INFINITY), [2]).includes(why));
  });
});

describe("a table whose last column has no title", () => {
  it("has no spaces at the end of its titles, in colour either", () => {
    const [titles = ""] = table(["LOOK", ""], [["09:00", "nothing changed"]], colourScreen()).split("\n");
    assert.ok(widthOf(titles) === "LOOK".length, JSON.stringify(titles));
  });
});

describe("a table with columns to copy from", () => {
  const id = "chest-xray-of-the-north-20261129-101354-3yc1";
  const address = "http://127.0.0.1:20177/namespaces/default/workflows";
  const header = ["RUN", "WHY", "N", "WHERE"];
  const rows = [
    [id, "a rather long explanation", "1234", address],
    ["short", "", "5", ""],
  ];

  it("never cuts them: a row takes several lines, and so do the titles", () => {
    assert.deepEqual(table(header, rows, plainScreen(60), [2], [0, 3]).split("\n"), [
      "RUN",
      "  WHY                           N",
      "  WHERE",
      id,
      "  a rather long explanation  1234",
      `  ${address}`,
      "short",
      "                                5",
    ]);
    for (const width of [30, 40, 60, 80, 100, 120, 200]) {
      const text = table(header, rows, plainScreen(width), [2], [0, 3]);
      assert.ok(text.includes(id) && text.includes(address), text);
    }
  });

  it("cuts words before it takes more lines", () => {
    const text = table(header, rows, plainScreen(125), [2], [0, 3]);
    assert.ok(widest(text) <= 125 && text.split("\n").length === 3, text);
    assert.match(text, /a rather long expla…/);
  });
});

describe("the list of runs", () => {
  const startedAt = new Date(2026, 10, 28, 10, 15);
  const run: RunListing = {
    runId: "chest-xray-of-the-north-20261129-101354-3yc1",
    model: "chest-xray-of-the-north",
    status: "completed",
    startedAt,
    closedAt: new Date(startedAt.getTime() + 3_600_000),
    testAccuracy: 0.96,
  };

  for (const [width, runs] of [
    [60, [run]],
    [80, [run]],
    [100, [run, { ...run, folds: FOLDS }]],
  ] as const) {
    it(`fits ${width} columns`, () => {
      const text = runsTable(runs, new Date(2026, 10, 29), plainScreen(width));
      assert.ok(widest(text) <= width, text);
      for (const { runId } of runs)
        assert.match(text, new RegExp(`^${runId}( |$)`, "m"), "an id can be copied");
    });
  }
});

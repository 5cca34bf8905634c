/** Commands that people are told carry `--project` where it was given: copied, they act on the same project. */
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { tellFailure } from "../../../../cli/failure.js";
import { createOutput, type Output } from "../../../../cli/output.js";
import { approvalsText } from "../../../../cli/render/models/approvals.js";
import { nextCommands, suggest } from "../../../../cli/render/runs/advice.js";
import { explanationText } from "../../../../cli/render/runs/explain.js";
import { createColours } from "../../../../cli/terminal/colours.js";
import { dataInProject, inProject, projectIn } from "../../../../cli/terminal/sameProject.js";
import { say } from "../../../../cli/terminal/shown.js";
import type { Approval } from "../../../../spec/retraining/approval.js";
import { plainScreen } from "../screens.js";

const APPROVAL = {
  workflowId: "approval-digits-3",
  request: { model: "digits", version: 3, alias: "champion", runId: "digits-1", sentence: "better" },
  since: "2026-11-30T10:00:00Z",
  expires: "2026-12-07T10:00:00Z",
  reminders: 0,
} as unknown as Approval;

describe("a command that people are told", () => {
  const OTHER = "/data/other project";
  const { dim } = createColours(true);
  const OPTION = "--project '/data/other project'";
  const CASES: readonly (readonly [string, string])[] = [
    ["start with `thaw run`", `start with \`thaw run ${OPTION}\``],
    [
      "`thaw up`, then `thaw runs --limit 5`",
      `\`thaw up ${OPTION}\`, then \`thaw runs --limit 5 ${OPTION}\``,
    ],
    ["  thaw watch latest  # follow it", `  thaw watch latest ${OPTION}  # follow it`],
    [
      dim("  thaw predict digits FILE…  # classify"),
      dim(`  thaw predict digits FILE… ${OPTION}  # classify`),
    ],
    ["`npm run thaw -- down` stops", `\`npm run thaw -- down ${OPTION}\` stops`],
  ];
  for (const [text, again] of CASES)
    it(`acts on the same project: ${stripVTControlCharacters(text)}`, () => {
      assert.equal(inProject(text, OTHER), again);
      assert.equal(inProject(again, OTHER), again, "once is enough");
      assert.equal(inProject(text, undefined), text);
    });

  it("is not made of other words", () => {
    for (const text of ["`thaw --help`", "`head.epochs`", "thaw goes on", "of `thaw`", "a  # b"])
      assert.equal(inProject(text, OTHER), text);
  });

  it("is one in data, too, before its lines are broken", () => {
    const data = { advice: ["`thaw resume a-1` goes on"], at: new Date(0), count: 3 };
    assert.deepEqual(dataInProject(data, "p"), {
      ...data,
      advice: ["`thaw resume a-1 --project p` goes on"],
    });
    assert.equal(dataInProject(data, undefined), data);
  });
});

describe("the project of a command line", () => {
  it("is found wherever it stands, also where the rest is wrong", () => {
    assert.equal(projectIn(["runs", "--project", "a b"]), "a b");
    assert.equal(projectIn(["--project=a", "nosuch", "--what"]), "a");
    for (const words of [[], ["runs"], ["--project"], ["--project="], ["run", "--", "--project", "a"]])
      assert.equal(projectIn(words), undefined, words.join(" "));
  });
});

describe("what a command with --project says", () => {
  const PROJECT = "../birds";
  const COMMAND = /thaw [a-z][^`#\n]*/g;

  /** All commands in a text, which may be broken over lines. */
  const commandsIn = (text: string): readonly string[] =>
    stripVTControlCharacters(text)
      .replaceAll(/\n +/g, " ")
      .match(COMMAND)
      ?.map((command) => command.trim()) ?? [];

  const WAYS: Readonly<Record<string, (output: Output) => void>> = {
    "as advice": (output) => suggest(output, [["thaw explain a-1", "how it went, and why"]]),
    "at a run's end": (output) =>
      output.tell({ runId: "a-1", model: "a" } as Parameters<typeof nextCommands>[0], nextCommands),
    "in a sentence": (output) => output.talk(say`Nobody has looked yet: \`thaw retrain\` does.`),
    "as a hint": (output) =>
      tellFailure({ code: "X", message: "no store", hint: "start one with `thaw up`", exitCode: 4 }, output),
    "in an explanation": (output) =>
      output.data(
        {
          runId: "a-1",
          sentences: ["It failed in the third epoch of the first stage of unfreezing, after two attempts."],
          advice: ["`thaw logs a-1 --stage tune-1` has what the stage wrote, and `thaw resume a-1` goes on"],
          lastLines: [],
          warnings: [],
        } as unknown as Parameters<typeof explanationText>[0],
        explanationText,
      ),
    "of what waits": (output) => output.data([APPROVAL], approvalsText),
  };
  for (const [way, act] of Object.entries(WAYS))
    it(`${way} names the project in every command`, (t) => {
      const told = commandsIn(written(t, { project: PROJECT }, act)).filter(
        (command) => command !== "thaw reject",
      );
      assert.ok(told.length > 0);
      for (const command of told) assert.match(command, / --project \.\.\/birds$/, command);
      assert.ok(commandsIn(written(t, {}, act)).every((command) => !command.includes("--project")));
    });

  it("is for people: programs get the documents as they are, and texts that are files", (t) => {
    const document = { hint: "`thaw up`" };
    const json = written(t, { project: PROJECT, json: true }, (output) => {
      output.data(document, ({ hint }) => hint);
      tellFailure({ code: "X", message: "m", hint: "`thaw up`", exitCode: 4 }, output);
    });
    assert.ok(!json.includes("--project"), json);
    const raw = written(t, { project: PROJECT }, (output) => output.raw(document, "see `thaw bases`"));
    assert.equal(raw, "see `thaw bases`\n");
  });

  it("keeps a command of an explanation on one line, so that it can be copied", () => {
    const advice =
      "Nothing is lost of what was done before; `thaw resume digits-20261130-101010-abcd --from tune-1`";
    const view = { runId: "a", sentences: [], advice: [advice], lastLines: [], warnings: [] };
    const lines = explanationText(view as unknown as Parameters<typeof explanationText>[0], plainScreen(60));
    assert.ok(
      lines
        .split("\n")
        .some((line) => line.includes("`thaw resume digits-20261130-101010-abcd --from tune-1`")),
      lines,
    );
  });
});

/** What goes to both streams of a terminal. */
function written(
  t: TestContext,
  options: Parameters<typeof createOutput>[0],
  act: (output: Output) => void,
): string {
  const streams = [process.stdout, process.stderr] as const;
  const before = streams.map(({ isTTY, columns }) => ({ isTTY, columns }));
  const texts: string[] = [];
  const writes = streams.map((stream) =>
    t.mock.method(stream, "write", (text: string) => {
      texts.push(text);
      return true;
    }),
  );
  try {
    for (const stream of streams) Object.assign(stream, { isTTY: true, columns: 80 });
    act(createOutput({ color: false, ...options }));
    return texts.join("");
  } finally {
    for (const [index, stream] of streams.entries()) Object.assign(stream, before[index]);
    for (const { mock } of writes) mock.restore();
  }
}

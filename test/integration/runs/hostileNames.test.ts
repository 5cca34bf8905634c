/** A whole run whose classes and files have hostile names: nothing that people look at is touched by them, and the model knows them. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { RunResult } from "../../../spec/pipeline/run.js";
import type { ReportData } from "../../../spec/records/report.js";
import { thaw, thawJson } from "../../support/cli/thaw.js";
import { assertInert } from "../../support/hostile/markdown.js";
import { assertClean } from "../../support/hostile/texts.js";
import { drawnPicture } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

/** What file systems allow: all but the slash and NUL. */
const CLASSES = {
  disc: "\u001b[31mred\u001b]0;PWNED\u0007\u202egpj",
  square: "```\n# heading <img src=x onerror=alert(1)>",
  triangle: "[md](javascript:alert(1)) | `x` \u2028 www.evil.example",
} as const;
const PER_CLASS = 14;
const RUN_FILE = `
name: shapes
base: tiny
data: { path: images, validation: 0.15 }
augment: { views: 1 }
head: { epochs: 8 }
unfreeze: { stages: [layer2], epochs: 1 }
evaluation: { folds: 0 }
`;

/** Every third file is called like an attack. */
const fileName = (index: number): string =>
  [`a${index}\u001b[2J<b>.jpg`, `nl${index}\nerror FAKE: all is fine.jpg`, `${index}.jpg`][
    index % 3
  ] as string;

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  const images = join(stack.folder, "images");
  for (const [shape, name] of Object.entries(CLASSES)) {
    await mkdir(join(images, name), { recursive: true });
    for (let index = 0; index < PER_CLASS; index += 1)
      await writeFile(
        join(images, name, fileName(index)),
        await drawnPicture(shape as keyof typeof CLASSES, index, { ground: "of-class" }),
      );
  }
  await writeFile(join(images, CLASSES.disc, "broken\u001b[41m<b>.jpg"), "no image");
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
});
after(() => stack.close());

async function clean(...args: string[]): Promise<string> {
  const { status, stdout, stderr } = await thaw(args, { cwd: stack.folder });
  assert.equal(status, 0, stderr);
  assertClean(stdout, `stdout of thaw ${args[0]}`);
  assertClean(stderr, `stderr of thaw ${args[0]}`);
  assert.doesNotMatch(`\n${stdout}\n${stderr}`, /\nerror FAKE/);
  return stdout;
}

test("a run and all that is told of it are clean, and the model gives the true names", async () => {
  assert.match(await clean("init", "images", "--out", "other.yaml"), /other\.yaml/);
  assertClean(await readFile(join(stack.folder, "other.yaml"), "utf8"), "the run file");
  await clean("plan");
  await clean("run");
  for (const command of ["explain", "logs", "get", "report", "watch"]) await clean(command, "latest");
  assert.match(await clean("get", "shapes"), /classes .*\\u001b\[31mred/);
  await clean("runs");
  await clean("models");

  const image = join("images", CLASSES.square, fileName(1));
  const bad = join(stack.folder, "images", CLASSES.disc, "broken\u001b[41m<b>.jpg");
  assert.match(await clean("predict", "shapes", image), /nl1\\nerror FAKE/);
  const refused = await thaw(["predict", "shapes", bad], { cwd: stack.folder });
  assert.equal(refused.status, 2);
  assertClean(refused.stderr, "the refusal");

  const { predictions } = await thawJson<{ predictions: { path: string; label: string }[] }>(
    ...([stack.folder, "predict", "shapes", image] as const),
  );
  assert.equal(predictions[0]?.path, image);
  const report = await thawJson<ReportData>(stack.folder, "report", "shapes");
  assert.deepEqual([...report.dataset.classes].sort(), Object.values(CLASSES).sort());
  assert.ok(report.dataset.classes.includes(predictions[0]?.label ?? ""));
});

test("its report, its card and its text in the Temporal UI are clean", async () => {
  const html = await readFile(await reportPath(), "utf8");
  assertClean(html, "the report");
  assert.doesNotMatch(html, /<img src=x|<script/);
  await clean("get", "latest", "report/model-card.md", "--out", "card.md");
  const card = await readFile(join(stack.folder, "card.md"), "utf8");
  assertClean(card, "the card");
  assertInert(card);

  const { runId } = await thawJson<RunResult>(stack.folder, "get", "latest").then(
    (got) => (got as unknown as { run: RunResult }).run,
  );
  const handle = stack.session.temporal.workflow.getHandle(runId);
  const description = await handle.describe();
  assertClean((await description.staticDetails()) ?? "", "what the run was started with");
  assertClean((await description.staticSummary()) ?? "", "its summary");
  const { currentDetails } = await handle.query<{ currentDetails: string }>("__temporal_workflow_metadata");
  assert.match(currentDetails, /shapes on tiny/);
  assertClean(currentDetails, "its details");
  assertInert(currentDetails.replace(/\n(`{3,})text\n[\s\S]*\n\1\n/, "\n"));
});

async function reportPath(): Promise<string> {
  const path = join(stack.folder, "report.html");
  await clean("report", "latest", "--out", path);
  return path;
}

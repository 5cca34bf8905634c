/** README's commands of models over time, in their order, as they stand there. */
import assert from "node:assert/strict";
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fencedCommands } from "../../support/cli/documented.js";
import { type Outcome, thaw } from "../../support/cli/thaw.js";
import { drawnImages } from "../../support/images/drawn.js";
import { sharedStack } from "../../support/services/sharedStack.js";
import { registerTinyBase, type Stack } from "../../support/services/stack.js";

/** Versions are promoted by README's own command only. */
const RUN_FILE = `
name: shapes
base: tiny
data: { path: images, test: 0.4 }
augment: { views: 1 }
head: { epochs: 10 }
recipe: extractor-only
evaluation: { folds: 0 }
model: { promote: never }
`;
const SHAPES = ["disc", "moon", "square", "star"] as const;
const PER_CLASS = 16;
const HEADING = "Models over time";

let stack: Stack;
before(async () => {
  stack = await sharedStack();
  await registerTinyBase(stack);
  const images = await drawnImages(join(stack.folder, "images"), PER_CLASS, SHAPES);
  await writeFile(join(stack.folder, "thaw.yaml"), RUN_FILE);
  await typed("retrain");
  await typed("promote", "NAME@1");
  // The images change, as the first comment has it.
  const more = await drawnImages(join(stack.folder, "more"), PER_CLASS + 6, SHAPES);
  for (const name of await readdir(more))
    await cp(join(more, name), join(images, name), { recursive: true, force: false });
});
after(() => stack.close());

/** What a person gets who types it, with the name of the model put in. */
async function typed(...words: readonly string[]): Promise<Outcome> {
  const args = words.map((word) => word.replace(/^NAME\b/, "shapes"));
  const outcome = await thaw(args, { cwd: stack.folder });
  assert.equal(outcome.status, 0, `thaw ${args.join(" ")}\n${outcome.stderr}${outcome.stdout}`);
  return outcome;
}

test("the five commands do in turn what their comments say, and the roll-back does", async () => {
  const commands = await fencedCommands("README.md", HEADING);
  assert.deepEqual(
    commands.map(({ words }) => words.slice(0, words[0] === "models" ? 2 : 1).join(" ")),
    ["retrain", "models ticks", "prove", "promote", "models history"],
  );
  const said = new Map<string, string>();
  for (const { text, words } of commands) {
    const { stdout, stderr } = await typed(...words);
    said.set(text.replace(/ NAME.*/, ""), stdout + stderr);
  }
  assert.match(said.get("thaw retrain") ?? "", /shapes@2/);
  assert.match(said.get("thaw models ticks") ?? "", /left[\s\S]*left/);
  assert.match(said.get("thaw prove") ?? "", /shapes@2[\s\S]*shapes@1|on the same \d+ images/);
  assert.match(said.get("thaw promote") ?? "", /shapes@champion|version 2/);
  assert.match(said.get("thaw models history") ?? "", /^2 +1 .*more cats$[\s\S]*^1 +none /m);

  const [, rollback = ""] = /back: (thaw rollback NAME)/.exec(await readFile("README.md", "utf8")) ?? [];
  await typed(...rollback.split(" ").slice(1));
  const { stdout } = await typed("models", "history", "NAME");
  assert.match(stdout, /^1 +2 .*\n2 +1 .*more cats\n1 +none /m);
});

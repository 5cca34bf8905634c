/** `thaw init`: looks at a folder of images and writes a run file for it. */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { ThawError } from "../../../spec/errors.js";
import { FOLDER_READINGS, type FolderReading } from "../../../spec/runFile/folders.js";
import { contextOf, withExamples } from "../../context.js";
import { cannotWrite } from "../../failure.js";
import type { InitJson } from "../../json/init.js";
import { commandList } from "../../render/runs/advice.js";
import { openProjectStore } from "../../session.js";
import { DEFAULT_RUN_FILE, OUTSIDE_HELP, typedAgain } from "../runs/runFileOptions.js";

interface InitOptions {
  readonly out: string;
  readonly force?: boolean;
  readonly full?: boolean;
  readonly name?: string;
  readonly folders?: FolderReading;
  readonly allowOutside?: boolean;
}

export function addInit(program: Command): void {
  const command = program
    .command("init")
    .summary("look at a folder of images and write a run file for it")
    .description("look at a folder of images and say what was seen, and write a run file for it")
    .argument(
      "[folder]",
      "has a sub-folder per class, or train, val and test folders of them; or a manifest of the images, as CSV or JSONL; s3://BUCKET/PREFIX of either",
      ".",
    )
    .option("-o, --out <file>", "the run file", DEFAULT_RUN_FILE)
    .option("-f, --force", "overwrite the run file")
    .option("--full", "write every key with its default and its meaning, not only what was chosen")
    .option("-n, --name <name>", "the model's name, instead of one made of the folder's")
    .addOption(
      new Option("--folders <reading>", "what folders are that can be read in two ways").choices(
        FOLDER_READINGS,
      ),
    )
    .option("--allow-outside", OUTSIDE_HELP)
    .action(async (folder: string, _options: InitOptions, self: Command) => {
      const { output, project, options } = contextOf<InitOptions>(self);
      const { out, force = false, full = false, name, folders, allowOutside } = options;
      const [{ proposeFullRunFile, proposeRunFile }, { parseRunFile }, { seenText }] = await Promise.all([
        import("../../../client/runFile/init.js"),
        import("../../../client/runFile/parse.js"),
        import("../../render/runs/seen.js"),
      ]);
      const propose = full ? proposeFullRunFile : proposeRunFile;
      const { found, text } = await propose(folder, {
        runFile: out,
        openStore: () => openProjectStore(project),
        folders,
        outside: allowOutside === true ? "allow" : undefined,
        ...(name === undefined ? {} : { name }),
      });
      const { images, classes, kind, splits, ignoredWhy: ignored, warnings } = found;
      const document: InitJson = {
        runFile: resolve(out),
        model: parseRunFile(text, out, []).name,
        ...{ images, classes, kind, ignored, warnings },
        ...(splits === undefined ? {} : { splits }),
      };
      output.tell(document, (shown, screen) => `${seenText(shown, screen)}\n`);
      await write(out, text, force);
      output.data(document, (shown) => shown.runFile);
      const other = typedAgain(out);
      output.tell(
        [
          [`thaw plan${other}`, "what a run would do"],
          [`thaw run${other}`, "train"],
        ] as const,
        commandList,
      );
    });
  withExamples(command, [
    ["thaw init photos/", "writes thaw.yaml for the images below photos/"],
    ["thaw init photos/ --full --out all.yaml", "every key, with its meaning"],
    ["thaw init s3://photos/birds", "from images in a bucket of the store's endpoint"],
    ["thaw init labels.csv --name birds --out birds.yaml", "from a manifest, with another name"],
  ]);
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? "w" : "wx" });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") {
      throw new ThawError("USAGE", `there is a file ${path} already`, {
        hint: "--force overwrites it, --out writes another one",
        cause,
      });
    }
    throw cannotWrite("the run file", path, cause);
  }
}

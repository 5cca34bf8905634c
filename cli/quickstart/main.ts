/** `npm run quickstart`: the whole job on real images, with everything embedded. */
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { loadRunFile } from "../../client/runFile/load.js";
import { readReport } from "../../client/runs/artifacts.js";
import { startRun } from "../../client/runs/start.js";
import { runUrl } from "../../client/temporal/links.js";
import { finishRun } from "../finish.js";
import { followRun } from "../follow.js";
import { mainWith } from "../mainWith.js";
import type { Output } from "../output.js";
import { withWritingSession } from "../session.js";
import { startEmbedded } from "../startEmbedded.js";
import { say } from "../terminal/shown.js";
import { writeEmojiManifest } from "./emojiDataset.js";
import { QUICKSTART_RUN_FILE } from "./runFile.js";

async function quickstart(output: Output): Promise<void> {
  const project = resolve(process.env.THAW_PROJECT ?? ".");
  const emoji = (await startEmbedded(project, output, {}, ["emoji-images"])).get("emoji-images");
  const folder = join(project, ".thaw", "quickstart");
  const { images } = await writeEmojiManifest(emoji ?? "", folder);
  const runFile = join(folder, "thaw.yaml");
  await writeFile(runFile, QUICKSTART_RUN_FILE);
  output.talk(say`\n${images} pictures; the run file is ${relative(project, runFile)}`);

  await withWritingSession(project, async (session) => {
    const { runId } = await startRun(session, await loadRunFile(runFile, []));
    const view = await followRun(session, runId, output);
    finishRun(session, view, output, true);
    if (view.result === undefined) return;
    const report = join(project, "thaw-report.html");
    await writeFile(report, await readReport(session.store, view.result));
    output.data({ report }, (shown) =>
      [
        "",
        `Report:       ${shown.report}`,
        `Temporal UI:  ${runUrl(session.platform, runId)}`,
        "Both stay: `npm run thaw -- down` stops the servers, the data are in .thaw/.",
      ].join("\n"),
    );
  });
}

// Whoever gave the variable to this command alone would find another project without it.
await mainWith(quickstart, process.env.THAW_PROJECT || undefined);

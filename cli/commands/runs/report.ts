/** `thaw report`: fetches the report of a run. */
import { resolve } from "node:path";
import type { Command } from "commander";
import { contextOf, withExamples } from "../../context.js";
import type { ReportJson } from "../../json/report.js";
import { suggest } from "../../render/runs/advice.js";
import { withSession } from "../../session.js";
import { say } from "../../terminal/shown.js";
import { openInBrowser } from "./openInBrowser.js";

interface ReportOptions {
  readonly out?: string;
  readonly open?: boolean;
}

const DEFAULT_OUT = "thaw-report.html";

export function addReport(program: Command): void {
  const command = program
    .command("report")
    .summary("fetch the HTML report of a run")
    .description("fetch the report of a run: one HTML file, or with --json its data on stdout")
    .argument("<run|model>", "a run id, a unique beginning of one, `latest`, or MODEL[@VERSION]")
    .option("-o, --out <file>", `where the HTML goes (default: "${DEFAULT_OUT}")`)
    .option("--open", "show it in the browser")
    .action(async (ref: string, _options: ReportOptions, self: Command) => {
      const { output, project, options } = contextOf<ReportOptions>(self);
      await withSession(project, async (session) => {
        const [{ findOwner, requireReport }, { readReport }, { writeOut }] = await Promise.all([
          import("../../owner.js"),
          import("../../../client/runs/artifacts.js"),
          import("../../../client/writeOut.js"),
        ]);
        const owner = await findOwner(session, ref);
        requireReport(owner);
        if (output.json) {
          const text = (await readReport(session.store, owner, "json")).toString("utf8");
          output.data(JSON.parse(text) as ReportJson, () => "");
          if (options.out === undefined && options.open !== true) return;
        }
        const out = options.out ?? DEFAULT_OUT;
        await writeOut(out, await readReport(session.store, owner), { what: "the report", force: true });
        if (!output.json) output.data(resolve(out), (path) => path);
        if (options.open === true && !(await openInBrowser(resolve(out))))
          output.talk(say`No browser could be started here: open ${resolve(out)} in one.`);
        if (options.open !== true) suggest(output, [[`thaw report ${ref} --open`, "show it in the browser"]]);
      });
    });
  withExamples(command, [
    ["thaw report latest", `of the run that was started last, as ${DEFAULT_OUT}`],
    ["thaw report latest --open", "and show it"],
    ["thaw report digits@2 --out digits-2.html", "of the run that made a model"],
    ["thaw report latest --json | jq .evaluation.perClass", "its data"],
  ]);
}

/** `thaw get`: tells what a run or a model is, and fetches the files of its stages. */
import { basename } from "node:path";
import type { Command } from "commander";
import type { Session } from "../../../client/session.js";
import { contextOf, withExamples } from "../../context.js";
import type { GetJson, GotFilesJson } from "../../json/get.js";
import { runJson } from "../../json/run.js";
import { refuseAlone } from "../../options/checks.js";
import type { Output } from "../../output.js";
import type { Owner } from "../../owner.js";
import { suggest } from "../../render/runs/advice.js";
import { withSession } from "../../session.js";

interface GetOptions {
  readonly out?: string;
}

export function addGet(program: Command): void {
  const command = program
    .command("get")
    .summary("show a run or a model, or fetch its files")
    .description("show a run or a model, or fetch files that its stages have made")
    .argument("<run|model>", "a run id, a unique beginning of one, `latest`, or MODEL[@VERSION|@ALIAS]")
    .argument("[what]", "STAGE for all files of a stage, or STAGE/FILE")
    .option("-o, --out <path>", "a folder, or for one file its path; by default named like WHAT")
    .action(async (ref: string, what: string | undefined, _options: GetOptions, self: Command) => {
      const { output, project, options } = contextOf<GetOptions>(self);
      if (what === undefined) refuseAlone(self, ["--out"], "WHAT, which is to be fetched");
      await withSession(project, async (session) => {
        const { findOwner, requireFiles } = await import("../../owner.js");
        const owner = await findOwner(session, ref);
        if (what === undefined) await describe(session, owner, output);
        else {
          requireFiles(owner, what);
          await fetch(session, owner, what, options.out ?? basename(what), output);
        }
      });
    });
  withExamples(command, [
    ["thaw get digits", "the newest version of the model, and its files"],
    ["thaw get digits@champion", "the version in use"],
    ["thaw get digits@2 tune-2/weights.safetensors", "the weights of version 2"],
    ["thaw get latest head --out head/", "all files of a stage of the last run"],
  ]);
}

async function describe({ store, platform }: Session, owner: Owner, output: Output): Promise<void> {
  const { run, model } = owner;
  const [{ comparisonOf, listFiles, warningsOfArtifacts }, { costOfRun }, { runUrl }, { workerWarning }] =
    await Promise.all([
      import("../../../client/runs/artifacts.js"),
      import("../../../client/runs/cost.js"),
      import("../../../client/temporal/links.js"),
      import("../../workerWarning.js"),
    ]);
  const [{ comparedBasesText }, { filesTable, modelText }, { costLine }, { runText }, { warningLines }] =
    await Promise.all([
      import("../../render/models/comparedBases.js"),
      import("../../render/models/files.js"),
      import("../../render/runs/cost.js"),
      import("../../render/runs/run.js"),
      import("../../render/warnings.js"),
    ]);
  const surroundings = {
    url: run && runUrl(platform, run.runId),
    warning: run && (await workerWarning(platform, run)),
  };
  const files = (await listFiles(store, owner)).flatMap(({ stage, files: ofStage }) =>
    ofStage.map(({ name, bytes }) => ({ what: `${stage}/${name}`, bytes })),
  );
  const cost = await costOfRun(store, run?.runId ?? model?.runId ?? "", owner);
  const warnings = await warningsOfArtifacts(store, owner);
  const bases = await comparisonOf(store, owner);
  const document: GetJson = {
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(run === undefined ? {} : { run: runJson(run, surroundings) }),
    ...(model === undefined ? {} : { model }),
    ...(cost === undefined ? {} : { cost }),
    ...(bases === undefined ? {} : { bases }),
    files,
  };
  output.data(
    document,
    (shown, screen) =>
      [
        ...warningLines(shown.warnings, screen),
        ...(shown.model === undefined ? [] : [modelText(shown.model, screen)]),
        ...(shown.run === undefined ? [] : [runText(shown.run, shown.surroundings, new Date(), screen)]),
        ...(cost === undefined ? [] : [costLine(cost)]),
        ...(shown.bases === undefined ? [] : ["", comparedBasesText(shown.bases, screen)]),
        "",
        filesTable(shown.files, screen),
      ].join("\n"),
    { model, run, surroundings, files, warnings, bases },
  );
  const runId = run?.runId ?? model?.runId;
  if (runId !== undefined) suggest(output, [[`thaw report ${runId} --open`, "its report"]]);
}

async function fetch(
  { store }: Session,
  owner: Owner,
  what: string,
  out: string,
  output: Output,
): Promise<void> {
  const { getArtifact } = await import("../../../client/runs/artifacts.js");
  const document: GotFilesJson = { written: await getArtifact(store, owner, what, out, () => {}) };
  output.data(document, ({ written }) => written.join("\n"));
}

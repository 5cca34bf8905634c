/** `thaw export`: writes a model as files for browsers and other programs. */
import { type Command, Option } from "commander";
import { EXPORT_FORMATS, type ExportFormat } from "../../../spec/exportFormat.js";
import { contextOf, withExamples } from "../../context.js";
import { exportJson } from "../../json/export.js";
import { showProgress } from "../../progressLine.js";
import { suggest } from "../../render/runs/advice.js";
import { projectStorePlatform } from "../../session.js";
import { Interrupted, interruptible } from "../../signals.js";
import { tellDoubts } from "./doubts.js";
import { tellInUse } from "./tellInUse.js";

interface ExportOptions {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly force?: boolean;
}

export function addExport(program: Command): void {
  const command = program
    .command("export")
    .summary("write a model for browsers (TensorFlow.js) or as ONNX")
    .description("write a model as files that run without thaw: in browsers, or wherever ONNX runs")
    .argument("<model>", "MODEL for its newest version, MODEL@VERSION, or a run that ended well")
    .addOption(
      new Option("-f, --format <format>", "tfjs: a TensorFlow.js LayersModel; onnx: one ONNX file")
        .choices(EXPORT_FORMATS)
        .default(EXPORT_FORMATS[0]),
    )
    .option("-o, --out <folder>", "where the files go; by default MODEL-vVERSION-FORMAT")
    .option("--force", "write into a folder that is not empty")
    .action(async (model: string, _options: ExportOptions, self: Command) => {
      const { output, project, options } = contextOf<ExportOptions>(self);
      const { exportedText } = await import("../../render/models/exported.js");
      const platform = await projectStorePlatform(project);
      const [{ openStoreOnly }, { exportModel }, { baseCheckpoint }] = await Promise.all([
        import("../../../client/session.js"),
        import("../../../client/models/export.js"),
        import("../../../runtime/components/download/baseCheckpoint.js"),
      ]);
      const progress = await showProgress(output);
      await interruptible(async (signal) => {
        const { format, out, force = false } = options;
        const request = { platform, model, format, out, force, baseCheckpoint, told: progress.note, signal };
        try {
          const store = openStoreOnly(platform);
          const exported = await exportModel({ ...request, store, onProgress: progress.show }).finally(
            progress.end,
          );
          output.data(exportJson(exported), exportedText, exported);
          await tellDoubts(output, exported);
          await tellInUse(output, store, model, exported.model);
          suggest(output, [[`thaw get ${model}`, "what it was made of"]]);
        } catch (error) {
          throw signal.aborted ? new Interrupted() : error;
        }
      });
    });
  withExamples(command, [
    ["thaw export digits", "the newest version, for TensorFlow.js, in digits-v3-tfjs/"],
    ["thaw export digits@2 --format onnx --out onnx/", "version 2 as ONNX"],
    ["thaw export digits --json | jq -r '.files[].name'", "the files that were written"],
  ]);
}

/** The engine of a training worker, and where what it prints goes. */
import { StringDecoder } from "node:string_decoder";
import { createEngineOutput, type EngineOutput } from "../activities/log/outputLines.js";
import { createEngine, type Engine } from "../engine/process.js";
import { withheldSentence } from "../spec/engine/variables.js";
import { visibleLines } from "../spec/text/visible.js";

/** Its process begins with its first job. */
export function openEngine(): { readonly engine: Engine; readonly engineOutput: EngineOutput } {
  const engineOutput = createEngineOutput();
  const withheld = withheldSentence();
  if (withheld !== undefined) console.error(`training worker: ${withheld}`);
  // A pod's log is read in terminals, and the engine prints what strangers named.
  const decoder = new StringDecoder("utf8");
  const engine = createEngine((text) => {
    process.stderr.write(visibleLines(decoder.write(text)));
    engineOutput.write(text);
  });
  return { engine, engineOutput };
}

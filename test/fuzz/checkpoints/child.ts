/** The child of a campaign: reads one file after another as `thaw bases add` does, and tells what became of each. */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RESNET18, resNet } from "../../../learn/bases/families/resnet.js";
import { isOnnxFile, readStateDicts } from "../../../learn/import/checkpoint.js";
import { resNetNamings } from "../../../learn/import/families/resnet.js";
import { importWeights } from "../../../learn/import/fit.js";
import { readOnnxNetwork } from "../../../learn/import/onnx/any/network.js";
import { importOnnx } from "../../../learn/import/onnx/file.js";
import type { StateDict } from "../../../learn/import/torchState.js";
import { ThawError } from "../../../spec/errors.js";
import { type Case, caseOf } from "./cases.js";
import { DATA_FILE, SMALL } from "./onnx.js";
import { decode } from "./onnxFields.js";
import type { Order, Verdict } from "./verdict.js";

/** A sentence is one, on one line, and ends somewhere. */
const LONGEST_SENTENCE = 1000;

process.on("message", (given: Order) => void work(given));

async function work({ seed, from, to, shares, of, path }: Order): Promise<void> {
  // Something that is refused at once: what the modules take is not a case's.
  await writeFile(path, "rest");
  await outcomeOf(path, "zip");
  const source = of === undefined ? shares : decode(await readFile(of));
  const rest = process.resourceUsage().maxRSS;
  for (let index = from; index < to; index++) {
    const { kind, bytes, data } = caseOf(seed, index, source);
    await writeFile(path, bytes);
    if (data !== undefined) await writeFile(join(dirname(path), DATA_FILE), data);
    const before = process.cpuUsage();
    const result = await outcomeOf(path, kind);
    const { user, system } = process.cpuUsage(before);
    const memory = (process.resourceUsage().maxRSS - rest) * 1024;
    process.send?.({ index, kind, ...result, cpuMs: (user + system) / 1000, memory } satisfies Verdict);
  }
  process.disconnect();
}

async function outcomeOf(path: string, kind: Case["kind"]): Promise<Pick<Verdict, "outcome" | "says">> {
  try {
    if (await isOnnxFile(path)) {
      // Of every file the reader of any graph has something to say.
      if (kind === "onnx") await readAsGraph(path);
      if (kind === "onnx") await importOnnx(SMALL, path, []);
      else await readOnnxNetwork(path, {});
      return { outcome: "read" };
    }
    const dicts = await readStateDicts(path);
    for (const dict of dicts) dict.read(dict.shapes.keys());
    refuseAsNetwork(dicts);
    return { outcome: "read" };
  } catch (error) {
    const fault = faultOf(error);
    return fault === undefined
      ? { outcome: "refused", says: (error as Error).message }
      : { outcome: "failed", says: fault };
  }
}

async function readAsGraph(path: string): Promise<void> {
  try {
    await readOnnxNetwork(path, {});
  } catch (error) {
    if (faultOf(error) !== undefined) throw error;
  }
}

const NETWORK = resNet(RESNET18);

/** No case has the tensors of a whole network. */
function refuseAsNetwork(dicts: readonly StateDict[]): void {
  try {
    importWeights(NETWORK, dicts, resNetNamings(NETWORK));
  } catch (error) {
    if (faultOf(error) !== undefined) throw error;
    return;
  }
  throw new Error("a case was taken for a network");
}

/** @returns what is wrong with an error as a refusal */
function faultOf(error: unknown): string | undefined {
  if (!(error instanceof ThawError)) return (error as Error)?.stack ?? String(error);
  const { code, message } = error;
  // A graph may leave the size open.
  if (code !== "DATA_INVALID" && code !== "USAGE") return `${code}: ${message}`;
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(message)) return `control characters in: ${JSON.stringify(message)}`;
  if (message.length > LONGEST_SENTENCE)
    return `a sentence of ${message.length} characters: ${message.slice(0, 200)}`;
  return undefined;
}

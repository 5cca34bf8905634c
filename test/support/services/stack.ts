/** The embedded services with real workers, in a folder of their own, for one test file. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { openSession, type Session } from "../../../client/session.js";
import { type ComponentName, ensure } from "../../../runtime/components/components.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { down } from "../../../runtime/services/down.js";
import { up } from "../../../runtime/services/up.js";
import { tidied } from "../leftBehind/tidied.js";
import { ownPorts } from "./ownPorts.js";
import { addSmallBase } from "./smallBase.js";

const COMPONENTS: readonly ComponentName[] = [
  "temporal",
  "s3-server",
  "libtensorflow",
  "tfjs-binding",
  "base-weights:efficientnet-lite0",
];

export interface Stack {
  /** For the files of a test. */
  readonly folder: string;
  /** The project whose services these are. */
  readonly project: string;
  readonly session: Session;
  /** Stops everything and removes the folder. */
  close(): Promise<void>;
}

export interface StackOptions {
  readonly workers: boolean;
  /** Registers the base `small`, for runs whose base is not the subject. */
  readonly smallBase?: boolean;
  /** Registers the base `tiny`, for runs in which nobody asks what a network learns. */
  readonly tinyBase?: boolean;
  /** Of the control worker alone; those of this process would be everybody's that it starts meanwhile. */
  readonly controlVariables?: Readonly<Record<string, string>>;
  /** Of the training worker alone, likewise. */
  readonly trainingVariables?: Readonly<Record<string, string>>;
  /** More flags of the S3 server. */
  readonly s3Flags?: readonly string[];
}

export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), "thaw-test-"));
  const tidy = tidied(folder);
  const located = await ensure(COMPONENTS, () => undefined);
  const pathOf = (name: ComponentName): string => located.find((item) => item.name === name)?.path ?? "";
  const worker = (name: "control" | "training", variables: Readonly<Record<string, string>> = {}) => {
    const entry = fileURLToPath(new URL(`../../../worker/${name}.js`, import.meta.url));
    return withVariablesOf(entry, variables, join(folder, `${name}-with-variables.mjs`));
  };
  const silent = { onProgress: () => undefined };
  await up({
    projectFolder: folder,
    temporal: pathOf("temporal"),
    weed: await withFlags(pathOf("s3-server"), options.s3Flags ?? [], folder),
    workers: options.workers
      ? {
          control: await worker("control", options.controlVariables),
          training: await worker("training", options.trainingVariables),
        }
      : undefined,
    ...(await ownPorts()),
    ...silent,
  });
  const session = await openSession(await loadPlatform(folder), "write");
  if (options.smallBase === true) await addSmallBase(session.store);
  if (options.tinyBase === true) await registerTinyBase({ session, folder });
  return {
    folder,
    project: folder,
    session,
    close: async () => {
      await session.close();
      await down(folder, silent);
      await rm(folder, { recursive: true, force: true });
      tidy();
    },
  };
}

/** Loads what makes up its weights where it is wanted. */
export async function registerTinyBase({
  session,
  folder,
}: Pick<Stack, "session" | "folder">): Promise<void> {
  const { addTinyBase } = await import("../models/tinyBase.js");
  await addTinyBase(session.store, folder);
}

/** An entry that is the given one with more variables. @param path where it may lie */
async function withVariablesOf(
  entry: string,
  variables: Readonly<Record<string, string>>,
  path: string,
): Promise<string> {
  if (Object.keys(variables).length === 0) return entry;
  const set = `Object.assign(process.env, ${JSON.stringify(variables)});`;
  await writeFile(path, `${set}\nawait import(${JSON.stringify(pathToFileURL(entry).href)});\n`);
  return path;
}

/** A program that is the given one with more flags. */
async function withFlags(program: string, flags: readonly string[], folder: string): Promise<string> {
  if (flags.length === 0) return program;
  const script = join(folder, "with-flags");
  await writeFile(
    script,
    `#!/bin/sh\nexec '${program}' "$@" ${flags.map((flag) => `'${flag}'`).join(" ")}\n`,
    {
      mode: 0o755,
    },
  );
  return script;
}

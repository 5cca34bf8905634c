/** One layer of an image: a tar file, the same bytes for the same files. */
import { stat } from "node:fs/promises";
import { fileDigest } from "../../../../files/intact.js";
import { runProgram } from "../../../../runtime/components/program.js";

export interface Layer {
  /** SHA-256 of the tar, in hex; it is not compressed, so this is its `diff_id` as well. */
  readonly digest: string;
  readonly size: number;
}

/** Neither times nor owners, nor the order in which a disk lists files, are part of what a layer is. */
const SAME = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/** @param args GNU tar's, that name files and where they go */
export async function makeLayer(file: string, args: readonly string[]): Promise<Layer> {
  await runProgram("tar", ["--create", "--file", file, ...SAME, ...args]);
  return { digest: await fileDigest(file), size: (await stat(file)).size };
}

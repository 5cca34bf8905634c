/** An engine process on this machine with a folder of its own, for one piece of work. */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Engine } from "../../engine/process.js";
import { localEngine } from "../localEngine.js";

/** Both are gone afterwards, however the work ends. @param name what the folder's name begins with */
export async function withScratchEngine<Result>(
  workFolder: string,
  name: string,
  work: (engine: Engine, folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = join(workFolder, "scratch");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, `${name}-`));
  const engine = localEngine();
  try {
    return await work(engine, folder);
  } finally {
    await engine.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Engine processes of commands: each ends with what it was started for, or is kept for the next where a process asks for that. */
import { createEngine, type Engine } from "../engine/process.js";
import { childEnvironment } from "../spec/processes/childEnvironment.js";

/** What nobody uses at the moment. @property situation its folder and variables: in others it would be another engine */
interface Kept {
  readonly engine: Engine;
  readonly situation: string;
}

/** How long one waits for its next use; it holds some hundred megabytes meanwhile. */
const KEPT_MS = 30_000;

let isKeeping = false;
let kept: Kept | undefined;
let ending: NodeJS.Timeout | undefined;

/** @returns one that nobody else uses; its user calls `stop`, once, when no job of it runs any more */
export function localEngine(): Engine {
  const situation = JSON.stringify([process.cwd(), childEnvironment("engine")]);
  const engine = takeKept(situation) ?? createEngine(() => undefined);
  return {
    ...engine,
    stop: async () => {
      if (!isKeeping || kept !== undefined) return engine.stop();
      kept = { engine, situation };
      ending = setTimeout(() => void endKept(), KEPT_MS).unref();
    },
  };
}

/**
 * From now on this process keeps an engine between two uses: to start one and to load TensorFlow takes a second of a processor
 * and more. For a process that does one command after the other; its end ends the engine.
 * @returns ends that, and the engine
 */
export function keepEngine(): () => Promise<void> {
  isKeeping = true;
  return async () => {
    isKeeping = false;
    await endKept();
  };
}

function takeKept(situation: string): Engine | undefined {
  if (kept?.situation !== situation) {
    void endKept();
    return undefined;
  }
  clearTimeout(ending);
  const { engine } = kept;
  kept = undefined;
  return engine;
}

async function endKept(): Promise<void> {
  clearTimeout(ending);
  const last = kept;
  kept = undefined;
  await last?.engine.stop();
}

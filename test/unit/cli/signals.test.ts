/** Ctrl-C, as the real signal. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import { EXIT_INTERRUPTED, interruptible } from "../../../cli/signals.js";

const SIGNALS = new URL("../../../cli/signals.js", import.meta.url).href;

/** Says `ready`, then `aborted` at the first signal, and never ends by itself. */
const STUBBORN = `
import { interruptible } from ${JSON.stringify(SIGNALS)};
setInterval(() => {}, 1000);
await interruptible((signal) => new Promise(() => {
  signal.addEventListener("abort", () => console.log("aborted"));
  console.log("ready");
}));`;

describe("interruptible", () => {
  it("tells the action of the first signal and lets it end in its own way", async () => {
    // A listener for signals alone does not keep Node.js running.
    const work = setInterval(() => {}, 1000);
    const result = await interruptible(async (signal) => {
      const aborted = once(signal, "abort");
      process.kill(process.pid, "SIGINT");
      await aborted;
      return "tidied up";
    }).finally(() => clearInterval(work));
    assert.equal(result, "tidied up");
  });

  it("leaves no listener behind, also after an error", async () => {
    const before = process.listenerCount("SIGINT");
    await assert.rejects(interruptible(() => Promise.reject(new Error("no"))));
    assert.equal(process.listenerCount("SIGINT"), before);
  });

  it("ends the program at the second signal", async () => {
    const child = spawn(process.execPath, ["--input-type=module", "--eval", STUBBORN]);
    const words: string[] = [];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      words.push(text.trim());
      child.kill("SIGINT");
    });
    const [code] = await once(child, "close");
    assert.deepEqual(words, ["ready", "aborted"]);
    assert.equal(code, EXIT_INTERRUPTED);
  });
});

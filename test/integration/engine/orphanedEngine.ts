/** A parent with a child that watches for its end and computes for ever in one turn of its event loop. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endWithParent } from "../../../engine/orphan.js";

if (process.argv[2] === "child") {
  process.on("disconnect", () => process.exit(0));
  endWithParent();
  setTimeout(() => {
    process.send?.("computing");
    setImmediate(() => {
      for (;;) Math.sqrt(2);
    });
  }, 500);
} else {
  const child = fork(fileURLToPath(import.meta.url), ["child"], { stdio: "inherit" });
  child.on("message", () => process.send?.(child.pid));
}

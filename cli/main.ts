#!/usr/bin/env node
/** The `thaw` command. */
import { keepCompiled } from "../runtime/compiled.js";

keepCompiled();
const [{ mainWith }, { createProgram }] = await Promise.all([
  import("./mainWith.js"),
  import("./program.js"),
]);
await mainWith(() => createProgram().parseAsync());

/** In which what is closed behind a command that has ended goes; as long as nothing is left, the process ends at once. */
const GRACE_MS = 3_000;
// A request without an answer or a credential plugin that waits was given up, and would hold the process for ever.
setTimeout(() => process.exit(), GRACE_MS).unref();

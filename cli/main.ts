#!/usr/bin/env node
/** The `thaw` command. */
import { mainWith } from "./mainWith.js";
import { createProgram } from "./program.js";

await mainWith(() => createProgram().parseAsync());

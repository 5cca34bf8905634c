/** One of two machines that tend a model: a control worker and a training worker with stand-ins, until it is killed. */
import { mkdirSync } from "node:fs";
import { openSession } from "../../../client/session.js";
import { loadPlatform } from "../../../runtime/platform.js";
import { startStandIns } from "../../support/services/standIns.js";
import { monthOfTraining } from "./trainer.js";

const [folder = "", log = ""] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const session = await openSession(await loadPlatform(folder));
await startStandIns(session, folder, monthOfTraining(log));
process.send?.("ready");
// It ends with whoever started it.
process.once("disconnect", () => process.exit());

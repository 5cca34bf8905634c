/** Schema of warnings, `spec/warnings/`. */
import { z } from "zod";
import { GRADES, WARNING_CODES, type Warning } from "../../warnings/warning.js";
import { schemaOf } from "../exact.js";

const warningSchema = schemaOf<Warning>()(
  z.object({
    code: z.enum(WARNING_CODES),
    about: z.string().exactOptional().describe("What it is about, where there may be several of one code."),
    grade: z
      .enum(GRADES)
      .describe("`voids`: the figure may mean nothing; `check`: to be looked at; `note`: good to know."),
    sentence: z.string(),
    advice: z.string().describe("What to do."),
  }),
);

export const warningsSchema = z.array(warningSchema).describe("The strongest first.");

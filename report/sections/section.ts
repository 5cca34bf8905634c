/** What every section of the report is given. */
import type { ReportData } from "../../spec/records/report.js";
import type { TrainingStage } from "../trainingStages.js";

export interface SectionProps {
  readonly data: ReportData;
  readonly stages: readonly TrainingStage[];
}

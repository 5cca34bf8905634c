/** How the embedded Temporal server is run: Temporal's development server on a SQLite file. */
import { SEARCH_ATTRIBUTE_TABLE } from "../../spec/pipeline/searchAttributes.js";
import { childEnvironment } from "../../spec/processes/childEnvironment.js";
import { type Layout, logFileOf } from "./layout.js";
import { GRACE_SECONDS, LOOPBACK } from "./names.js";
import type { ServicesRecord } from "./record.js";
import type { ServiceSpec } from "./serviceSpec.js";

/** Write-ahead log without a sync a commit: four times the workflows a second, and safe when the server dies. */
const PRAGMAS = ["journal_mode=WAL", "synchronous=NORMAL"];
const DYNAMIC_CONFIG = [
  // `thaw` pauses runs; the server refuses that unless told otherwise.
  "frontend.WorkflowPauseEnabled=true",
  // Models take turns on a worker (`spec/pipeline/priority.ts`).
  "matching.enableFairness=true",
  // A queue in four parts is in order within each only.
  "matching.numTaskqueueWritePartitions=1",
  // Together a tenth of what a server costs that has nothing to do: namespaces that others changed are seen a little later, and nobody
  // reads figures of each queue. Durations are JSON. Not "0s", which turns it off: of a queue that is let go a loop without a pause
  // would be left then, and take a processor for itself.
  'system.namespaceCacheRefreshInterval="10s"',
  'matching.ephemeralDataUpdateInterval="1h"',
  'matching.backlogMetricsEmitInterval="1h"',
  "metrics.breakdownByTaskQueue=false",
  "metrics.breakdownByPartition=false",
  "metrics.breakdownByBuildID=false",
];
/** What a server of before has put into the other parts is still read from there. To look after four costs a fifth of an idle server. */
const ONE_PART = "matching.numTaskqueueReadPartitions=1";

export function temporalService(layout: Layout, record: ServicesRecord, command: string): ServiceSpec {
  const { ports } = record;
  const dynamicConfig = record.queueParts === 1 ? [...DYNAMIC_CONFIG, ONE_PART] : DYNAMIC_CONFIG;
  const attributes = Object.values(SEARCH_ATTRIBUTE_TABLE).map(({ name, type }) => `${name}=${type}`);
  return {
    name: "temporal",
    command,
    args: [
      ...["server", "start-dev", "--db-filename", layout.temporalDatabase],
      ...["--ip", LOOPBACK, "--port", String(ports.temporal), "--ui-port", String(ports.ui)],
      ...PRAGMAS.flatMap((pragma) => ["--sqlite-pragma", pragma]),
      ...attributes.flatMap((attribute) => ["--search-attribute", attribute]),
      ...dynamicConfig.flatMap((value) => ["--dynamic-config-value", value]),
      ...["--log-level", "warn", "--ui-disable-news-fetch"],
      // The user's own Temporal profile is about another server.
      ...["--disable-config-file", "--disable-config-env"],
    ],
    cwd: layout.state,
    env: childEnvironment("server"),
    inheritEnv: false,
    logFile: logFileOf(layout, "temporal"),
    needs: [],
    grace: GRACE_SECONDS.temporal,
    // The UI passes this on to the frontend: 200 means that both serve and the namespace is there.
    readiness: {
      by: "http",
      url: `http://${LOOPBACK}:${ports.ui}/api/v1/namespaces/default`,
      ports: [ports.ui, ports.temporal],
    },
  };
}

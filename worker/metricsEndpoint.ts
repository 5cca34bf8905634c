/** Where a worker's metrics are read: one endpoint for the Temporal SDK's and for thaw's own. */
import { HISTOGRAM_BUCKETS } from "../activities/metrics/definitions.js";

/** @param address `HOST:PORT` to listen on; none: there are no metrics */
export function metricsEndpoint(address: string | undefined) {
  if (address === undefined || address === "") return {};
  return {
    metrics: {
      // All of them would have one more label, which says `temporal-core-sdk`.
      attachServiceName: false,
      prometheus: { bindAddress: address, histogramBucketOverrides: HISTOGRAM_BUCKETS },
    },
  };
}

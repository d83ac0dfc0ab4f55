export { type Reply, readReply } from "./reply.ts";
export { retryDelay } from "./retry.ts";
export { withStereo } from "./sdp.ts";
export { type Rates, rates, type Sample, sampleOf } from "./statistics.ts";
export { createViewer, type Edge, type Viewer, type ViewerState } from "./whep.ts";

/**
 * The topology and the routers: which hosts there are, and which of them has a
 * key. Nothing here knows of sockets.
 *
 * @module
 */

export { keyPositions, soleKeyPosition } from "../commands/keys.ts";
export { ConsistentHashingRouter } from "./consistent_hashing_router.ts";
export { crc32 } from "./crc32.ts";
export { Distribution, distribution } from "./distribution.ts";
export { FixedTopology } from "./fixed.ts";
export type { Endpoint } from "./cluster_view.ts";
export { Ketama } from "./ketama.ts";
export { assertKey, type KeyPlace } from "./key.ts";
export { PartitionRouter } from "./partition_router.ts";
export { type KeyMove, type Move, type Plan, plan } from "./plan.ts";
export { Refresher } from "./refresher.ts";
export {
  type PythonHost,
  pythonRbLabel,
  type PythonValue,
  shownLabel,
} from "./python_label.ts";
export { ringDescription } from "./ring_description.ts";
export { ringFingerprint } from "./ring_fingerprint.ts";
export {
  assertSameIds,
  type KeyRoute,
  MOVING_GROUPS,
  type RingState,
  RingTopology,
  type RingTopologyOptions,
} from "./ring_topology.ts";
export {
  BaseRouter,
  type RouterCluster,
  type RouterHost,
  type RouterOptions,
} from "./router.ts";
export {
  type NamedHost,
  SentinelTopology,
  type SentinelTopologyOptions,
} from "./sentinel_topology.ts";
export type { Routing } from "./routing.ts";
export { SlotRouter } from "./slot_router.ts";
export { SlotTopology, type SlotTopologyOptions } from "./slot_topology.ts";
export { slotOf } from "./slots.ts";
export type {
  ClusterNode,
  ClusterTopology,
  Failover,
  HostTopology,
  Question,
  Redirect,
  Topology,
  TopologyWatcher,
} from "./topology.ts";

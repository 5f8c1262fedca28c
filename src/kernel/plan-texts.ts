/** The readers of a plan's texts, each remembering what it read: the same routes and addresses stand in the plans of every cluster. */
import { memoByText } from '../base/memo.js';
import { parseAddr } from '../plan/iproute2/addr.js';
import { parseBridgeArgs } from '../plan/iproute2/bridge.js';
import { parseBridgePort } from '../plan/iproute2/bridge-port.js';
import { parseFdb } from '../plan/iproute2/fdb.js';
import { parseNeigh } from '../plan/iproute2/neigh.js';
import { parseRoute } from '../plan/iproute2/route.js';
import { parseVxlanArgs } from '../plan/iproute2/vxlan.js';

export const readAddr = memoByText(parseAddr);
export const readBridgeArgs = memoByText(parseBridgeArgs);
export const readBridgePort = memoByText(parseBridgePort);
export const readFdb = memoByText(parseFdb);
export const readNeigh = memoByText(parseNeigh);
export const readRoute = memoByText(parseRoute);
export const readVxlanArgs = memoByText(parseVxlanArgs);

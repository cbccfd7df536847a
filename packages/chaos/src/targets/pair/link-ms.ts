import type { Replication } from '../target'

/**
 * One way between primary and replica. Where nobody waits for the replica the link is slow, so that a failover hits
 * something that is on its way; where everybody does, so long is a round trip at most in one region.
 */
export const LINK_MS: Readonly<Record<Replication, number>> = { sync: 2, async: 100 }

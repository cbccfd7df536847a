import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '@idem/harness'
import type { Matching } from '@idem/test-servers'
import type { Fleet } from '../fleet/fleet'
import type { Life } from '../fleet/life'
import type { DirectorLog } from '../history/director-log'
import type { SharedClock } from '../history/shared-clock'
import type { RunServer } from '../targets/target'
import type { Network } from './network'
import type { FaultCounts, PlannedFault } from './plan-faults'

/** What faults are inflicted on. */
export interface Stage {
  readonly fleet: Fleet
  readonly server: RunServer
  readonly network: Network
  /** Which requests may lose their reply: drivers ask things of their own when they connect. */
  readonly losable: Matching
  readonly log: DirectorLog
  readonly clock: SharedClock
  readonly seed: number
  readonly leaseMs: number
  /** From when on the faults' times count. */
  readonly beganAt: number
  /** Counts what was inflicted. */
  readonly done: { -readonly [Kind in keyof FaultCounts]: number }
  /** Ends the faults at once, unmended. */
  readonly signal?: AbortSignal | undefined
}

/** How often a process is hit that has a handler at work, if there is one: there it hurts. */
const BUSY_SHARE = 0.8
const LOOK_AGAIN_MS = 20
/** By then some request has had its reply lost: waiting callers poll, and leases are renewed. */
const LOSE_WITHIN_MS = 3000
/** How long a way may take, there and back each, in leases: at most so long that a reply comes when its call is given up. */
const DELAY = { least: 0.025, most: 0.75 }

/** Inflicts each fault at its time, or as soon as there is somebody to be hit, and resolves when all is mended. */
export async function inflict(faults: readonly PlannedFault[], stage: Stage): Promise<void> {
  const random = new Random('victims', stage.seed)
  const { beganAt, clock, signal } = stage
  // Each fault that is yet to come listens.
  if (signal) setMaxListeners(0, signal)
  // A server that is away cannot be killed: whoever treats it next waits until it is there.
  let serverIsThere: Promise<void> = Promise.resolve()
  await Promise.all(
    faults.map(async (fault) => {
      await sleep(Math.max(0, beganAt + fault.atMs - clock.now()), undefined, { signal })
      const act = () => INFLICT[fault.kind](stage, fault, random)
      if (fault.kind !== 'restarts' && fault.kind !== 'failovers') return act()
      serverIsThere = serverIsThere.then(act)
      return serverIsThere
    }),
  )
}

const INFLICT: Record<
  keyof FaultCounts,
  (stage: Stage, fault: PlannedFault, random: Random) => Promise<void>
> = {
  async kills({ fleet, log, done }, _, random) {
    const life = await victim(fleet, random)
    if (life === undefined) return
    log.fault('kill', life.name)
    await life.kill()
    done.kills++
    fleet.start(life.place)
  },

  async stops({ fleet, log, done }, { forMs }, random) {
    const life = await victim(fleet, random)
    if (life === undefined) return
    log.fault('stop', life.name)
    life.stop()
    await sleep(forMs)
    log.fault('continue', life.name)
    life.continue()
    done.stops++
  },

  async cuts({ fleet, network, log, done }, _, random) {
    const life = await victim(fleet, random)
    if (life === undefined) return
    log.fault('cut', life.name)
    network.proxies[life.place]?.cut()
    done.cuts++
  },

  async delays({ fleet, network, log, done, leaseMs }, { forMs }, random) {
    const life = await victim(fleet, random)
    if (life === undefined) return
    const ms = random.whole(leaseMs * DELAY.least, leaseMs * DELAY.most)
    log.fault('delay', life.name, `${ms} ms`)
    network.proxies[life.place]?.delay(ms)
    await sleep(forMs)
    log.fault('no-delay', life.name)
    network.proxies[life.place]?.delay(0)
    done.delays++
  },

  async lostReplies({ fleet, network, losable, log, done }, _, random) {
    const life = await victim(fleet, random)
    const proxy = life && network.proxies[life.place]
    if (proxy === undefined) return
    log.fault('lose-reply', life?.name)
    const lost = proxy.cutAfterNextRequest(1, losable).then(() => true)
    if (await Promise.race([lost, sleep(LOSE_WITHIN_MS, false)])) done.lostReplies++
  },

  async restarts({ server, log, done }, { forMs }) {
    if (!('kill' in server)) return
    log.fault('kill-server')
    await server.kill()
    await sleep(forMs)
    await server.restart()
    log.fault('server-is-back')
    done.restarts++
  },

  async failovers({ server, network, log, done }, { forMs }) {
    if (!('failOver' in server)) return
    // A pair that is not whole has nobody who could take over.
    await server.caughtUp()
    log.fault('fail-over')
    await server.failOver(forMs)
    network.lead(server.url)
    log.fault('failed-over')
    done.failovers++
    await server.attach()
    log.fault('replica-is-there')
  },
}

/** Somebody to be hit: rather one who is at work. None, if all have come to their end. */
async function victim(fleet: Fleet, random: Random): Promise<Life | undefined> {
  for (;;) {
    const { exposed } = fleet
    const busy = exposed.filter(({ isBusy }) => isBusy)
    const chosen = random.pick(busy.length > 0 && random.chance(BUSY_SHARE) ? busy : exposed)
    if (chosen !== undefined) return chosen
    if (fleet.lives.every(({ isRunning }) => !isRunning)) return undefined
    await sleep(LOOK_AGAIN_MS)
  }
}

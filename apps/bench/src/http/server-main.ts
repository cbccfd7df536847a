// A process that serves one app, until whoever started it is gone.

import { startProfile } from '../profile/cpu-profile'
import { expressApps } from './apps/express'
import { honoApps } from './apps/hono'
import type { Asked, Order, Told } from './order'

const { app, redisUrl } = JSON.parse(process.argv[2] ?? '') as Order
const tell = (told: Told): unknown => process.send?.(told)

process.on('disconnect', () => process.exit())
let profiling: Awaited<ReturnType<typeof startProfile>> | undefined
process.on('message', (asked: Asked) => void answer(asked))

async function answer(asked: Asked): Promise<void> {
  if (asked === 'profile') profiling = await startProfile()
  const profile = asked === 'profiled' ? await profiling?.stop() : undefined
  const { user, system } = process.cpuUsage()
  tell({ cpuMicros: user + system, ...(profile && { profile }) })
}

tell({ port: await { ...honoApps, ...expressApps }[app](redisUrl) })

// A process that serves one app, until whoever started it is gone.
import { expressApps } from './apps/express'
import { honoApps } from './apps/hono'
import type { Order, Told } from './order'

const { app, redisUrl } = JSON.parse(process.argv[2] ?? '') as Order
const tell = (told: Told): unknown => process.send?.(told)

process.on('disconnect', () => process.exit())
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  tell({ cpuMicros: user + system })
})
tell({ port: await { ...honoApps, ...expressApps }[app](redisUrl) })

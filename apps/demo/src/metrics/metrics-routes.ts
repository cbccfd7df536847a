import type { Route } from '../http/route'
import type { Outside } from '../processes/outside'

/** What Prometheus scrapes: whichever process answers, it tells of all. */
export function metricsRoutes({ scrape }: Pick<Outside, 'scrape'>): Route[] {
  return [
    {
      method: 'GET',
      path: '/metrics',
      does: 'metrics of all processes, for Prometheus',
      handle: async (c) =>
        c.body(await scrape(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
    },
  ]
}

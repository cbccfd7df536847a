import { getEventListeners } from 'node:events'
import { Hono } from 'hono'
import { expect, onTestFinished, test } from 'vitest'
import { mount } from '../../src/http/route'
import type { ServiceEnv } from '../../src/http/service-env'
import type { Moment } from '../../src/timeline/moment'
import { Timeline } from '../../src/timeline/timeline'
import { timelineRoutes } from '../../src/timeline/timeline-routes'

/** The route, without a service around it. */
function open() {
  const timeline = new Timeline(1, () => {})
  const stopping = new AbortController()
  onTestFinished(() => stopping.abort())
  const app = new Hono<ServiceEnv>()
  mount(app, timelineRoutes(timeline, stopping.signal))
  const page = async () => {
    const { body } = await app.request('/timeline')
    if (body === null) throw new Error('no stream')
    return body.getReader()
  }
  return { timeline, page, pages: () => getEventListeners(stopping.signal, 'abort').length, stopping }
}

const moments = (from: number, count: number): Moment[] =>
  Array.from({ length: count }, (_, i) => ({ id: from + i, at: 0, process: 1, type: 'started' }))

test('of a page that has left nothing is kept', async () => {
  const { page, pages } = open()
  for (let visit = 0; visit < 3; visit++) {
    const reader = await page()
    await reader.read()
    expect(pages()).toBe(1)
    await reader.cancel()
    await expect.poll(pages).toBe(0)
  }
})

test('a page that does not read is let go, and what waits for it is no more than it could read again', async () => {
  const { timeline, page, pages } = open()
  const lazy = await page()
  const busy = await page()
  for (let id = 1; id <= 2000; id += 100) {
    timeline.hear(moments(id, 100))
    let heard = ''
    while (!heard.includes(`id: ${id + 99}\n`)) heard += new TextDecoder().decode((await busy.read()).value)
  }
  await expect.poll(pages).toBe(1)
  let text = ''
  for (;;) {
    const { done, value } = await lazy.read()
    if (done) break
    text += new TextDecoder().decode(value)
  }
  const ids = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
  expect(ids).toEqual(ids.map((_, i) => i + 1))
  expect(ids.length).toBeGreaterThanOrEqual(500)
  expect(ids.length).toBeLessThanOrEqual(1000)
})

test('a page is told of the end by its stream', async () => {
  const { page, pages, stopping } = open()
  const reader = await page()
  stopping.abort()
  for (; !(await reader.read()).done; );
  expect(pages()).toBe(0)
})

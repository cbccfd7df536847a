import { access, constants } from 'node:fs/promises'
import { firstAvailable, type ServerSource } from '../first-available'
import { type BinarySource, fromApt, onThisMachine } from '../server-binary'
import type { StartOptions, Unavailable } from '../test-server'

/** A browser that can be started. */
export interface Chromium {
  /** Of its program. */
  readonly path: string
  /** Where it came from, for people: `environment`, `this machine`, … */
  readonly source: string
  /** What it must be started with here: as root it refuses to start with its sandbox. */
  readonly args: readonly string[]
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Named by who runs the tests. */
const fromVariable: BinarySource = {
  name: 'environment',
  async locate() {
    const path = process.env['CHROMIUM_PATH']
    if (!path) throw new Error('CHROMIUM_PATH is not set')
    await access(path, constants.X_OK).catch((error) => {
      throw new Error(`CHROMIUM_PATH is set, but cannot be started: ${String(error)}`)
    })
    return path
  },
}

export const chromiumSources: readonly ServerSource<Omit<Chromium, 'source'>>[] = [
  fromVariable,
  onThisMachine(names),
  fromApt('chromium', names),
].map(({ name, locate }) => ({
  name,
  start: async () => ({
    path: await locate(),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  }),
}))

/**
 * A Chromium (or Chrome) for tests of pages: the one that `CHROMIUM_PATH` names, one of this machine, or Debian's, which is
 * installed where we may. It is the caller's to start.
 *
 * @example
 * const chromium = serverOrSkip('Chromium', await findChromium())
 * describe.skipIf(chromium === undefined)('a page', …)
 */
export function findChromium({ progress }: StartOptions = {}): Promise<Chromium | Unavailable> {
  return firstAvailable(chromiumSources, progress)
}

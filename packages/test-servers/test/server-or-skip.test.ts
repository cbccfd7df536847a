import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { serverOrSkip } from '../src/server-or-skip'

const none = { reason: 'environment: not set\nDocker: no engine' }
const said = vi.spyOn(console, 'error').mockImplementation(() => {})

beforeEach(() => {
  said.mockClear()
})
afterEach(() => {
  vi.unstubAllEnvs()
})

describe('serverOrSkip', () => {
  it('gives the server, and says where it came from', () => {
    const server = { url: 'redis://127.0.0.1:1', source: 'this machine', stop: async () => {} }
    expect(serverOrSkip('Redis', server)).toBe(server)
    expect(said).toHaveBeenCalledWith('Redis for the tests: this machine')
  })

  it('says once, with every reason, that tests are skipped', () => {
    vi.stubEnv('CI', undefined)
    expect(serverOrSkip('Oracle', none)).toBeUndefined()
    expect(serverOrSkip('Oracle', none)).toBeUndefined()
    expect(said).toHaveBeenCalledOnce()
    expect(said).toHaveBeenCalledWith(
      expect.stringMatching(/SKIPPED: every test that needs Oracle.*not set.*no engine/s),
    )
  })

  it('skips in CI too what the distribution has no package of, and says so', () => {
    vi.stubEnv('CI', 'true')
    expect(serverOrSkip('Ingres', { ...none, notPackaged: true })).toBeUndefined()
    expect(said).toHaveBeenCalledWith(
      expect.stringMatching(/SKIPPED: every test that needs Ingres, in CI too.*not set.*no engine/s),
    )
  })

  it('fails in CI, with every reason', () => {
    vi.stubEnv('CI', 'true')
    expect(() => serverOrSkip('Redis', none)).toThrow(/no Redis for the tests.*not set.*no engine/s)
  })
})

import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { freePort } from '../../src/free-port'
import { downloadMongod } from '../../src/mongo/download-mongod'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'idem-download-'))
  vi.stubEnv('MONGOMS_DOWNLOAD_DIR', folder)
  vi.stubEnv('MONGOMS_USE_HTTP', 'true')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true, force: true })
})

describe('downloadMongod', () => {
  it('says at the first try that there is nothing to be had', async () => {
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', `http://127.0.0.1:${await freePort()}`)
    await expect(downloadMongod()).rejects.toThrow(/Download failed.*ECONNREFUSED/s)
  })

  it('gives up a download that does not end', async () => {
    let asked = 0
    const silent = createServer(() => asked++).listen(0, '127.0.0.1')
    onTestFinished(() => void silent.close())
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', `http://127.0.0.1:${port}`)
    await expect(downloadMongod(3000)).rejects.toThrow('no download within 3 s')
    expect(asked).toBe(1)
  })
})

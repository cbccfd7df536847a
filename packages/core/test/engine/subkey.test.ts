import { describe, expect, it } from 'vitest'
import { scene } from '../support/scene'

describe('subkeys', () => {
  it('are the same in every attempt and process', async () => {
    const { process } = scene()
    const seen: string[] = []
    const failing = process().idem.run('a', ({ subkey }) => {
      seen.push(subkey('charge'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    await process().idem.run('a', ({ subkey }) => {
      seen.push(subkey('charge'))
    })
    expect(seen).toHaveLength(2)
    expect(seen[0]).toBe(seen[1])
  })

  it('differ for every key, scope, operation, namespace and name', async () => {
    const { process } = scene()
    const { idem } = process()
    const elsewhere = process({ namespace: 'other' }).idem
    const charge = ({ subkey }: { subkey(name: string): string }) => subkey('charge')
    const keys = [
      await idem.run('a', charge),
      await idem.run('b', charge),
      await idem.run('a', charge, { scope: 's' }),
      await idem.run('a', charge, { name: 'n' }),
      await elsewhere.run('a', charge),
      await idem.run('c', ({ subkey }) => subkey('ship')),
      await idem.run('d', ({ subkey }) => subkey('charge:a')),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('fit where outside systems take keys: letters, digits, - and _, at most 64', async () => {
    const { process } = scene()
    const key = await process().idem.run('ключ ключ', ({ subkey }) => subkey('списание'))
    expect(key).toMatch(/^[\w-]{20,64}$/)
  })

  it('refuse a name that is none', async () => {
    const { process } = scene()
    await expect(process().idem.run('a', ({ subkey }) => subkey(''))).rejects.toMatchObject({
      code: 'INVALID_KEY',
      message: expect.stringContaining('subkey'),
    })
  })
})

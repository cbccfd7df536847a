import { describe, expect, it } from 'vitest'
import { NotPackaged } from '../src/apt-install'
import { firstAvailable } from '../src/first-available'

const source = (name: string, answer: string | Error) => ({
  name,
  async start() {
    if (answer instanceof Error) throw answer
    return { url: answer, stop: async () => {} }
  },
})

describe('firstAvailable', () => {
  it('takes the first source that has a server, and says which', async () => {
    const server = await firstAvailable([
      source('environment', new Error('not set')),
      source('this machine', 'redis://127.0.0.1:1'),
      source('Docker', 'redis://127.0.0.1:2'),
    ])
    expect(server).toMatchObject({ url: 'redis://127.0.0.1:1', source: 'this machine' })
  })

  it('does not touch the sources after it', async () => {
    let touched = false
    const later = {
      name: 'Docker',
      async start() {
        touched = true
        return { url: '', stop: async () => {} }
      },
    }
    await firstAvailable([source('this machine', 'redis://127.0.0.1:1'), later])
    expect(touched).toBe(false)
  })

  it('states why each source has none', async () => {
    const server = await firstAvailable([
      source('environment', new Error('not set')),
      source('Docker', new Error('no engine')),
    ])
    expect(server).toEqual({ reason: 'environment: not set\nDocker: no engine' })
  })

  it('says where it is the distribution that has no package', async () => {
    const server = await firstAvailable([
      source('apt package', new NotPackaged('no package here')),
      source('Docker', new Error('no engine')),
    ])
    expect(server).toEqual({ reason: 'apt package: no package here\nDocker: no engine', notPackaged: true })
  })
})

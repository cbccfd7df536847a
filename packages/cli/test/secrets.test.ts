import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { describe, expect, inject, it } from 'vitest'
import { Secrets } from '../src/stores/secrets'
import { cli, PASSWORD } from './support/cli'

const [redisUrl, postgresUrl] = [inject('redisUrl'), inject('postgresUrl')]

const withPassword = (serverUrl: string, path: string): string => {
  const url = new URL(serverUrl)
  return Object.assign(url, { username: url.username || 'nobody', password: PASSWORD, pathname: path }).href
}

describe('the secrets of a URL', () => {
  it.each([
    ['redis://:hunter2@host:6379/2', 'redis://host:6379/2'],
    ['redis://ann:hunter2@host', 'redis://host'],
    ['postgres://ann:hunter2@host/db?sslmode=require', 'postgres://host/db'],
    ['postgres://host/db?user=ann&password=hunter2', 'postgres://host/db'],
    ['mongodb://ann:hunter2@a:1,b:2/db?replicaSet=r', 'mongodb://a:1,b:2/db'],
    ['postgres://ann:hunter2/x@host/db', 'postgres://host/db'],
    ['postgres://ann:x@hunter2@host/db', 'postgres://host/db'],
    ['postgres://ann:hunter2?x@host/db', 'postgres://…'],
    ['redis://host?password=x@hunter2', 'redis://…'],
    ['hunter2@host', 'host'],
  ])('%s is shown as %s', (url, shown) => {
    expect(new Secrets(url).shownUrl).toBe(shown)
  })

  it.each([
    [
      'postgres://ann:hunter2@host/db',
      'no ann with hunter2 at postgres://ann:hunter2@host/db',
      'no ann with *** at postgres://host/db',
    ],
    ['postgres://ann:h%40nter@host/db', 'h@nter or h%40nter', '*** or ***'],
    ['postgres://ann:100%@host/db', 'wrong: 100%', 'wrong: ***'],
    ['postgres://host/db?password=hunter2&x=1', 'hunter2 1', '*** 1'],
    ['postgres://ann:p%2Bw@host/db', 'p+w, p%2Bw, p%2bw', '***, ***, ***'],
    [
      'mongodb://ann@host/db?authMechanismProperties=SERVICE_NAME:db,AWS_SESSION_TOKEN:hunter2',
      'bad token hunter2',
      'bad token ***',
    ],
    ['redis://host', 'nothing', 'nothing'],
  ])('of %s none is left in what others say', (url, said, left) => {
    expect(new Secrets(url).without(said)).toBe(left)
  })
})

describe('a password', () => {
  it.skipIf(redisUrl === undefined)('that Redis refuses is not told', async () => {
    const { code, err } = await cli(['ls'], { IDEM_STORE: withPassword(redisUrl as string, '') })
    expect(code).toBe(1)
    expect(err).toMatch(/cannot be reached: WRONGPASS/)
  })

  it.skipIf(redisUrl === undefined)('that Redis has in what it says is not told', async () => {
    const [user, password] = [`user-${randomUUID()}`, 'scan']
    const client = new Redis(redisUrl as string)
    await client.call('ACL', 'SETUSER', user, 'on', `>${password}`, '+@connection', '+info')
    const url = Object.assign(new URL(redisUrl as string), { username: user, password }).href
    const { code, err } = await cli(['ls', '--store', url])
    await client.call('ACL', 'DELUSER', user)
    await client.quit()
    expect(code).toBe(1)
    expect(err).toMatch(/Redis failed to list: NOPERM .* '\*\*\*' command/)
  })

  it.skipIf(postgresUrl === undefined)('for a database that is not there is not told', async () => {
    const { code, err } = await cli(['ls'], { IDEM_STORE: withPassword(postgresUrl as string, '/nowhere') })
    expect(code).toBe(1)
    expect(err).toMatch(/cannot be reached: /)
  })

  it('in a URL that the driver cannot use is not told', async () => {
    const { code, err } = await cli(['ls', '--store', `mongodb://ann:${PASSWORD}@/db`])
    expect(code).toBe(2)
    expect(err).toContain('the URL of the store cannot be used')
  })
})

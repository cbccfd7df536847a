import { describe, expect, it } from 'vitest'
import { problemOfToken } from '../../../src/http/problem/problem-of-token'

const refusal = (reason?: unknown) =>
  problemOfToken(Object.assign(new Error('no'), { code: 'INVALID_TOKEN', reason }))

describe('problemOfToken', () => {
  it('tells a client what it can do something about', () => {
    expect(refusal('expired')).toBe('token-expired')
    expect(refusal('other-subject')).toBe('token-other-subject')
    expect(refusal('other-operation')).toBe('token-other-operation')
  })

  it.each(['malformed', 'forged', 'premature', 'constructor', 7, undefined])('calls %s invalid', (reason) => {
    expect(refusal(reason)).toBe('token-invalid')
  })

  it.each([
    new Error('no'),
    Object.assign(new Error('no'), { code: 'STORE' }),
    'INVALID_TOKEN',
    null,
    undefined,
  ])('leaves to others what is no refusal of a token: %s', (error) => {
    expect(problemOfToken(error)).toBeUndefined()
  })
})

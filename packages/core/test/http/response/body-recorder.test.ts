import { describe, expect, it } from 'vitest'
import { BodyRecorder } from '../../../src/http/response/body-recorder'

describe('BodyRecorder', () => {
  it('keeps what comes, up to the last byte that fits', () => {
    const recorder = new BodyRecorder(5)
    expect(recorder.body).toEqual(new Uint8Array())
    recorder.add(Uint8Array.of(1, 2))
    recorder.add(Uint8Array.of(3, 4, 5))
    expect(recorder.body).toEqual(Uint8Array.of(1, 2, 3, 4, 5))
    recorder.add(new Uint8Array())
    expect(recorder.body).toHaveLength(5)
    recorder.add(Uint8Array.of(6))
    expect(recorder.body).toBeUndefined()
    recorder.add(Uint8Array.of(7))
    expect(recorder.body).toBeUndefined()
  })

  it('keeps a copy: the writer may use its bytes again', () => {
    const recorder = new BodyRecorder(10)
    const bytes = Uint8Array.of(1, 2)
    recorder.add(bytes)
    bytes.fill(9)
    recorder.add(bytes)
    expect(recorder.body).toEqual(Uint8Array.of(1, 2, 9, 9))
  })
})

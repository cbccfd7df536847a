import { describe, expect, it } from 'vitest'
import { NO_FAULTS } from '../src/faults/plan-faults'
import { jsonReport } from '../src/json-report'
import { type RoundsOptions, type RoundsProgress, runRounds } from '../src/run-rounds'
import { readSettings, type Settings } from '../src/settings'
import type { PairServer, RunServer, Target } from '../src/targets/target'
import { madeReport, madeViolations } from './made-report'

type Play = NonNullable<RoundsOptions['play']>

/** A target of which every server is remembered, and what was asked of it. */
function madeTarget(target: Partial<Target> = {}) {
  const stopped: string[] = []
  const serve = (url: string) => ({ url, source: 'made', stop: async () => void stopped.push(url) })
  const made: Target = {
    name: 'made',
    start: async () => serve('alone') as RunServer,
    worker: new URL('file:///worker'),
    pairs: { start: async (replication) => serve(replication) as PairServer },
    ...target,
  }
  return { target: made, stopped, serve }
}

const settingsOf = (target: Target, given: Partial<Settings>): Settings => {
  const settings = readSettings([])
  if (settings === 'help') throw new Error('no settings')
  return { ...settings, target, seed: 7, ...given }
}

const options = (play: Play, signal = new AbortController().signal) => ({
  play,
  signal,
  onProgress() {},
  onRound() {},
})

describe('runRounds', () => {
  it('plays on one server and on a pair in turn, each round with the next seed, and adds all up', async () => {
    const { target, stopped } = madeTarget()
    const played: unknown[] = []
    const ended: number[] = []
    const play: Play = async (_, syncWrites, { server, seed }) => {
      played.push([server.url, syncWrites, seed])
      return madeReport({ violations: seed === 8 ? madeViolations() : [] })
    }
    const settings = settingsOf(target, { rounds: 3, replication: ['none', 'sync'] })
    const { rounds, total, leftOut } = await runRounds(settings, {
      ...options(play),
      onRound: (round) => ended.push(round),
    })
    expect(played).toEqual([
      ['alone', false, 7],
      ['sync', true, 8],
      ['alone', false, 9],
    ])
    expect(ended).toEqual([1, 2, 3])
    expect(stopped).toEqual(['alone', 'sync'])
    expect({ rounds, leftOut }).toEqual({ rounds: 3, leftOut: [] })
    expect(total).toMatchObject({ histories: 120, calls: 3300, faults: { kills: 42, failovers: 6 } })
    expect(total?.violations).toHaveLength(3)
  })

  it('does not wait for a replica that nobody is to wait for', async () => {
    const { target } = madeTarget()
    const played: unknown[] = []
    const play: Play = async (_, syncWrites, { server }) => {
      played.push([server.url, syncWrites])
      return madeReport()
    }
    await runRounds(settingsOf(target, { rounds: 1, replication: ['async'] }), options(play))
    expect(played).toEqual([['async', false]])
  })

  it('begins no round when the minutes are over', async () => {
    const { target } = madeTarget()
    const play: Play = () => new Promise((resolve) => setTimeout(() => resolve(madeReport()), 80))
    const { rounds } = await runRounds(settingsOf(target, { minutes: 0.001 }), options(play))
    expect(rounds).toBe(1)
  })

  it('tells how much is done', async () => {
    const { target } = madeTarget()
    const told: RoundsProgress[] = []
    const play: Play = async (_, __, { onProgress }) => {
      onProgress?.({ elapsedMs: 11_000, phase: 'chaos', faults: NO_FAULTS })
      onProgress?.({ elapsedMs: 60_000, phase: 'drain', faults: NO_FAULTS })
      return madeReport()
    }
    await runRounds(settingsOf(target, { rounds: 2, replication: ['none'] }), {
      ...options(play),
      onProgress: (progress) => told.push(progress),
    })
    expect(told.map(({ round, share, total }) => [round, share, total?.histories])).toEqual([
      [1, 0.25, undefined],
      [1, 0.5, undefined],
      [2, 0.75, 40],
      [2, 1, 40],
    ])
  })

  it('ends when it is told to, and counts the rounds that came to their end', async () => {
    const { target, stopped } = madeTarget()
    const stopping = new AbortController()
    const play: Play = async (_, __, { seed, signal }) => {
      if (seed === 7) return madeReport()
      stopping.abort(new Error('ended'))
      signal?.throwIfAborted()
      return madeReport()
    }
    const settings = settingsOf(target, { rounds: 3, replication: ['none'] })
    const { rounds, total } = await runRounds(settings, options(play, stopping.signal))
    expect([rounds, total?.histories, stopped]).toEqual([1, 40, ['alone']])
  })

  it('ends with the error of a round, and stops its servers', async () => {
    const { target, stopped } = madeTarget()
    const play: Play = () => Promise.reject(new Error('no disk'))
    await expect(runRounds(settingsOf(target, {}), options(play))).rejects.toThrow('no disk')
    expect(stopped).toEqual(['alone', 'sync'])
  })

  it('says why there is no server', async () => {
    const { target, stopped } = madeTarget({
      pairs: { start: async () => ({ reason: 'not here' }) },
    })
    const play: Play = async () => madeReport()
    await expect(runRounds(settingsOf(target, {}), options(play))).rejects.toThrow(
      'no made for chaos:\nnot here',
    )
    expect(stopped).toEqual(['alone'])
  })

  it('says which faults it leaves out', async () => {
    const { target, serve } = madeTarget({ pairs: { none: 'nobody' } })
    const shared = { ...serve('shared'), notKilled: 'not ours' }
    const settings = settingsOf(
      { ...target, start: async () => shared },
      { rounds: 1, replication: ['none'] },
    )
    const { leftOut } = await runRounds(
      settings,
      options(async () => madeReport()),
    )
    expect(leftOut).toEqual(['server restarts: not ours', 'failovers: nobody'])
  })
})

describe('jsonReport', () => {
  const settings = settingsOf(madeTarget().target, { replication: ['sync'] })
  const run = { startedAt: new Date('2026-11-22T13:00:00Z'), args: ['--rounds', '2'] }

  it('has what was run, and all counts', () => {
    const total = madeReport({ violations: madeViolations() })
    expect(JSON.parse(jsonReport(settings, { rounds: 2, total, leftOut: [] }, run))).toMatchObject({
      program: 'chaos',
      args: ['--rounds', '2'],
      startedAt: '2026-11-22T13:00:00.000Z',
      store: 'made',
      transfers: false,
      replication: ['sync'],
      seed: 7,
      rounds: 2,
      histories: 40,
      faults: { kills: 14, failovers: 2 },
      losses: { ranAgain: 0 },
      violations: 3,
      violationsByRule: { 'one answer': 2, 'fences only grow': 1 },
    })
  })

  it('has no counts where no round came to its end', () => {
    const report = JSON.parse(jsonReport(settings, { rounds: 0, total: undefined, leftOut: [] }, run))
    expect(report).toMatchObject({ rounds: 0, violations: 0 })
    expect(report).not.toHaveProperty('histories')
  })
})

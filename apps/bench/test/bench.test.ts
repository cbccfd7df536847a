import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { machine } from '@idem/harness'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bench, type Surroundings } from '../src/bench'
import { NoServer } from '../src/no-server'
import type { Program, Trial } from '../src/program'
import { run } from '../src/run'
import { type BenchSettings, readSettings, SettingsError } from '../src/settings'

const done: string[] = []

function program(name: string, ...trials: string[]): Program {
  const trial = (trial: string): Trial => ({
    name: trial,
    title: `The ${trial}`,
    async run() {
      done.push(`${name}/${trial}`)
      const plot = { name: `${name}-${trial}`, svg: `plot of ${trial}` }
      return { text: `figures of ${trial}`, figures: [trial], plot }
    },
  })
  return {
    name,
    title: name.toUpperCase(),
    async open() {
      return {
        server: `${name}-server 1.2`,
        trials: trials.map(trial),
        close: async () => void done.push(`${name} closed`),
      }
    },
  }
}

const programs = [program('one', 'first', 'replay'), program('two', 'first')]
const surroundings: Surroundings = {
  programs,
  machine: machine(new Date('2026-11-21T12:00:00Z')),
  signal: new AbortController().signal,
  progress: () => {},
  leaveOut: (what, why) => void done.push(`${what} left out: ${why}`),
}

async function measured(...args: string[]): Promise<readonly string[]> {
  done.length = 0
  for await (const _ of bench(readSettings(args) as BenchSettings, surroundings));
  return done
}

describe('bench', () => {
  it('measures everything, one program after another', async () => {
    expect(await measured()).toEqual(['one/first', 'one/replay', 'one closed', 'two/first', 'two closed'])
  })

  it('measures one program, or some of its trials', async () => {
    expect(await measured('two')).toEqual(['two/first', 'two closed'])
    expect(await measured('one/replay')).toEqual(['one/replay', 'one closed'])
    expect(await measured('one', 'one/replay')).toEqual(['one/first', 'one/replay', 'one closed'])
    expect(await measured('one/replay', 'two')).toEqual([
      'one/replay',
      'one closed',
      'two/first',
      'two closed',
    ])
  })

  it('refuses what it does not know before it starts anything, and says what there is', async () => {
    await expect(measured('three')).rejects.toThrow(
      new SettingsError('there is no three; there are one, two'),
    )
    expect(done).toEqual([])
  })

  it('ends the program when it has no such trial', async () => {
    const refusal = new SettingsError('there is no one/last; there are one/first, one/replay')
    await expect(measured('one/last')).rejects.toThrow(refusal)
    expect(done).toEqual(['one closed'])
  })

  it('leaves out, and says so, what has no server, and measures all else', async () => {
    const away = () => Promise.reject(new NoServer('MongoDB', 'none is installed'))
    const [one, two] = programs as [Program, Program]
    const lacking: Program = {
      ...one,
      async open() {
        const { trials, ...opened } = await one.open()
        return {
          ...opened,
          trials: trials.map((trial, nth) => (nth === 0 ? { ...trial, run: away } : trial)),
        }
      },
    }
    const none: Program = { ...two, name: 'none', open: away }
    done.length = 0
    const measured: string[][] = []
    const settings = readSettings([]) as BenchSettings
    for await (const { trials } of bench(settings, { ...surroundings, programs: [lacking, none, two] })) {
      measured.push(trials.map(({ name }) => name))
    }
    expect(measured).toEqual([['replay'], ['first']])
    const why = 'no MongoDB can be had:\nnone is installed'
    expect(done).toEqual([
      `one/first left out: ${why}`,
      'one/replay',
      'one closed',
      `none left out: ${why}`,
      'two/first',
      'two closed',
    ])
  })

  it('says on which machine, against which server and when', async () => {
    const { value } = await bench(readSettings(['one/first']) as BenchSettings, surroundings).next()
    expect(value.text).toMatch(
      /^Measured on 2026-11-21, .+, \d+ cores, .+ Node\.js v\d+.*, one-server 1\.2; 7 rounds in turn\./,
    )
    expect(value.text).toMatch(/\n\n### ONE: The first\n\nfigures of first$/)
  })
})

describe('run', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'idem-bench-'))
    onTestFinished(() => rmSync(path, { recursive: true }))
    return path
  }

  it('prints tables, writes figures, and keeps the tables in the README', async () => {
    const json = join(folder(), 'figures.json')
    const readme = join(folder(), 'README.md')
    writeFileSync(
      readme,
      '<!-- bench:one --><!-- /bench:one -->\n<!-- bench:two -->kept<!-- /bench:two -->\n',
    )
    const printed: string[] = []
    const settings = readSettings(['one', '--write-readme', '--json', json]) as BenchSettings
    await run(settings, surroundings, {
      readme,
      docs: folder(),
      print: (text) => void printed.push(text),
    })

    expect(printed.join()).toContain('figures of replay')
    expect(readFileSync(readme, 'utf8')).toContain('figures of replay')
    expect(readFileSync(readme, 'utf8')).toContain('<!-- bench:two -->kept')
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
      machine: { date: '2026-11-21' },
      rounds: 7,
      programs: [
        {
          program: 'one',
          server: 'one-server 1.2',
          trials: [{ name: 'first', figures: ['first'] }, { name: 'replay' }],
        },
      ],
    })
  })
  it.each([
    [['one/replay', '--write'], ['one-replay.svg']],
    [['one/replay'], []],
  ])('with %j, keeps and shows the plots %j', async (args, plots) => {
    const docs = folder()
    const settings = readSettings(args) as BenchSettings
    const printed: string[] = []
    await run(settings, surroundings, { readme: '', docs, print: (text) => void printed.push(text) })
    expect(readdirSync(docs)).toEqual(plots)
    const pictures = Array.from(
      printed.join().matchAll(/!\[ONE: The replay\]\(\.\.\/\.\.\/docs\/(.+)\)/g),
      ([, file]) => file,
    )
    expect(pictures).toEqual(plots)
    for (const plot of plots) expect(readFileSync(join(docs, plot), 'utf8')).toBe('plot of replay')
  })
})

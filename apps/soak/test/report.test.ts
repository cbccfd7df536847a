import { expect, it } from 'vitest'
import { reportText } from '../src/report'
import { complaintsOf } from '../src/verdict/complaints'
import { playedOf } from './played-of'
import { sampleOf } from './sample-of'

it('says of an hour in which all was well that it was', () => {
  expect(complaintsOf(playedOf())).toEqual([])
  expect(reportText(playedOf())).toMatch(/Redis 7.0.15; 60.0 minutes, 100 scenes[\s\S]*All is well\.$/)
})

it('names what grows, what is left over, and what went wrong', () => {
  const samples = Array.from({ length: 60 }, (_, index) =>
    sampleOf((index + 1) * 60_000, { timers: index * 10 }),
  )
  const complaints = complaintsOf(
    playedOf({
      samples,
      leftovers: [
        { title: 'records', left: 3 },
        { title: 'watches', left: 0 },
      ],
      faults: [{ scene: 'join', message: 'Fault: twice', times: 2 }],
    }),
  )
  expect(complaints).toEqual([
    'timers grows: by 450, of which 45 are allowed, around 365',
    '3 records are left in the end',
    'join, 2 times: Fault: twice',
  ])
})

it('complains of a load that did nothing, and of a store that could not be had', () => {
  expect(complaintsOf(playedOf({ samples: [] }))).toContain('nothing was played')
  expect(reportText({ store: 'mongo', reason: 'no MongoDB can be had' })).toContain('Not soaked: no MongoDB')
})

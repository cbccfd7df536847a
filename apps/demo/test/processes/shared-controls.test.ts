import { expect, test } from 'vitest'
import { type ControlState, NOTHING_WRONG } from '../../src/controls/controls'
import { CommonGround } from '../../src/processes/common-ground'
import { SharedControls } from '../../src/processes/shared-controls'
import { HeldGateway } from '../support/held-gateway'

test('an answer that a later change has overtaken undoes nothing of that', async () => {
  const processes: SharedControls[] = []
  const common = new CommonGround(new HeldGateway(), {
    hear: () => {},
    control: async (state) => {
      for (const one of processes) one.hear(state)
    },
    metrics: async () => [],
  })
  const { change } = common.face()
  let deliver = () => {}
  const delivered = new Promise<void>((resolve) => {
    deliver = resolve
  })
  const goneBy: ControlState[] = []
  const slow = new SharedControls(
    async (wanted) => {
      const answer = await change(wanted)
      await delivered
      return answer
    },
    (state) => goneBy.push(state),
  )
  const quick = new SharedControls(change, () => {})
  processes.push(slow, quick)
  const cutting = slow.change({ storeIsCut: true })
  expect(await quick.change({ storeIsCut: false })).toEqual(NOTHING_WRONG)
  deliver()
  expect(await cutting).toEqual(NOTHING_WRONG)
  expect([slow.state, quick.state, common.controls]).toEqual(Array(3).fill(NOTHING_WRONG))
  expect(goneBy.map(({ storeIsCut }) => storeIsCut)).toEqual([true, false])
})

test('a process that nobody tells goes by the answer', async () => {
  const goneBy: ControlState[] = []
  const cut = { ...NOTHING_WRONG, storeIsCut: true }
  const alone = new SharedControls(
    async () => cut,
    (state) => goneBy.push(state),
  )
  expect(await alone.change({ storeIsCut: true })).toEqual(cut)
  expect(goneBy).toEqual([cut])
})

import type { Keeping } from '@idem/core'
import type { StoreScene } from './store-scene'

/** The four ways in which an owner settles, for cases that hold for each of them. */
export interface Settlement {
  readonly name: string
  settle(scene: StoreScene, owner: string, keeping?: Partial<Keeping>): Promise<boolean>
  /** How the record is shown afterwards. */
  readonly shown: {
    readonly state: string
    readonly retryable: boolean
    readonly value?: string
    readonly failure?: string
  }
}

export const completion: Settlement = {
  name: 'complete',
  settle: (scene, owner, keeping) => scene.complete(owner, keeping),
  shown: { state: 'succeeded', retryable: false, value: 'value' },
}

export const retryableFailure: Settlement = {
  name: 'fail as retryable',
  settle: (scene, owner, keeping) => scene.fail(owner, 'retryable', keeping),
  shown: { state: 'failed', retryable: true, failure: 'failure' },
}

export const finalFailure: Settlement = {
  name: 'fail as final',
  settle: (scene, owner, keeping) => scene.fail(owner, 'final', keeping),
  shown: { state: 'failed', retryable: false, failure: 'failure' },
}

export const abandonment: Settlement = {
  name: 'fail as abandoned',
  settle: (scene, owner, keeping) => scene.fail(owner, 'abandoned', keeping),
  shown: { state: 'abandoned', retryable: false, failure: 'failure' },
}

export const settlements = [completion, retryableFailure, finalFailure, abandonment] as const
export const finalSettlements = [completion, finalFailure] as const

import type { BrokenStore } from './broken-store'

const claim = 'packages/core/src/record/claim.ts'
const settle = 'packages/core/src/record/settle.ts'
const RUNNING =
  "if (record?.state !== 'running') return REFUSED\n  const { attempt, fence, takeover } = record"
const FIRST = 'if (attempt === 1) return { outcome: true, next: null }'
const BEFORE = '{ attempt: attempt - 1, fence: fence - 1, takeover: false, updatedAt: now }'
const NEXT = '{ ...record, ...before, state, retryable: !takeover }'
const FAILURE = 'failure: previous && failureOf(previous)'

/** Stores that give an attempt back wrongly. */
export const brokenReleases: readonly BrokenStore[] = [
  ...[
    {
      name: 'releases for anybody',
      find: 'ownRecord(found, holder, now)',
      replace: 'kept(found, now)',
    },
    {
      name: 'releases nothing once the lease has run out',
      find: RUNNING,
      replace: RUNNING.replace(
        'return REFUSED',
        'return REFUSED\n  if (!isLive(record, now)) return REFUSED',
      ),
    },
    {
      name: 'releases a settled record',
      find: RUNNING,
      replace: RUNNING.replace("record?.state !== 'running'", 'record === undefined'),
    },
    {
      name: 'answers `true` to a release sent again',
      find: RUNNING,
      replace: `if (record?.state === 'failed' && record.retryable) return DONE_BEFORE\n  ${RUNNING}`,
    },
    {
      name: 'keeps a first attempt as a failure when it is released',
      find: FIRST,
      replace: '',
    },
    {
      name: 'removes whatever is released',
      find: FIRST,
      replace: 'if (attempt > 0) return { outcome: true, next: null }',
    },
    { name: 'counts a released attempt', find: BEFORE, replace: BEFORE.replace('attempt - 1', 'attempt') },
    {
      name: 'keeps the fence of a released attempt',
      find: BEFORE,
      replace: BEFORE.replace('fence - 1', 'fence'),
    },
    {
      name: 'takes the fence of a released attempt back too far',
      find: BEFORE,
      replace: BEFORE.replace('fence - 1', 'fence - 1_000_000_000'),
    },
    {
      name: 'lets the attempt before a released takeover be one',
      find: BEFORE,
      replace: BEFORE.replace('takeover: false, ', ''),
    },
    {
      name: 'does not show that a record changed when it was released',
      find: BEFORE,
      replace: BEFORE.replace(', updatedAt: now', ''),
    },
    {
      name: 'forgets an abandonment when the takeover is released',
      find: "const state = takeover ? 'abandoned' : 'failed'",
      replace: "const state = 'failed'",
    },
    {
      name: 'leaves an abandonment where there was a failure',
      find: "const state = takeover ? 'abandoned' : 'failed'",
      replace: "const state = 'abandoned'",
    },
    {
      name: 'makes a released attempt a final failure',
      find: NEXT,
      replace: NEXT.replace('!takeover', 'false'),
    },
    {
      name: 'loses the failure with the release',
      find: NEXT,
      replace: NEXT.replace(' }', ', failure: undefined }'),
    },
    { name: 'loses the steps with the release', find: NEXT, replace: NEXT.replace(' }', ', steps: [] }') },
    {
      name: 'loses the fingerprint with the release',
      find: NEXT,
      replace: NEXT.replace(' }', ', fingerprint: undefined }'),
    },
    {
      name: 'forgets with the release when the record was made',
      find: NEXT,
      replace: NEXT.replace(' }', ', createdAt: now }'),
    },
    {
      name: 'keeps a released record for ever',
      find: NEXT,
      replace: NEXT.replace(' }', ', expiresAt: after(now, Infinity), goneAt: after(now, Infinity) }'),
    },
    {
      name: 'leaves a tombstone of a released record',
      find: NEXT,
      replace: NEXT.replace(' }', ', goneAt: after(now, Infinity) }'),
    },
    {
      name: 'forgets the owner of a released attempt',
      find: NEXT,
      replace: NEXT.replace(' }', ", owner: '' }"),
    },
  ].map((broken) => ({ ...broken, file: settle })),
  { name: 'remembers no failure to come back to', file: claim, find: FAILURE, replace: 'failure: undefined' },
  {
    name: 'comes back to a failure before the abandonment',
    file: claim,
    find: FAILURE,
    replace: 'failure: previous?.failure',
  },
]

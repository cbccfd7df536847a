import type { BrokenStore } from './broken-store'

const file = 'packages/core/src/memory/memory-store.ts'
const watchers = 'packages/core/src/memory/watchers.ts'
const NEXT_FENCE = 'Math.max(this.#lastFence + 1, Math.floor(now * 1000))'

const NOTIFY = "if (next?.state !== 'running') this.#watchers.notify(key)"

/** Reads, lets others in, and only then writes. */
const getThenSet = (decide: string, call: string): Omit<BrokenStore, 'file'> => ({
  name: `gets, then sets: ${decide}`,
  find: `return this.#decide(${call}, ${decide})`,
  replace: `
    const found = await Promise.resolve(this.#find(${call}.key))
    return this.#apply(${call}.key, found, ${decide}(found, ${call}, this.#clock()))`,
})

/** Stores that keep their records wrongly, though they decide well. */
export const brokenMemories: readonly BrokenStore[] = [
  ...[
    {
      name: 'gets, then sets: decideClaim',
      find: 'const found = this.#find(key)',
      replace: 'const found = await Promise.resolve(this.#find(key))',
    },
    getThenSet('decideExtend', 'lease'),
    getThenSet('decideComplete', 'completion'),
    getThenSet('decideFail', 'report'),
    getThenSet('decideRelease', 'holder'),
    getThenSet('decideSaveStep', 'step'),
    getThenSet('decideResolve', 'resolution'),
    {
      name: 'asks the clock of the process',
      find: "this.#clock = aFunction('clock', clock)",
      replace: 'this.#clock = Date.now',
    },
    {
      name: 'starts again with the fences when a record is gone',
      find: '() => this.#nextFence(now)',
      replace: '(previous) => previous + 1',
    },
    { name: 'takes fences from the clock alone', find: NEXT_FENCE, replace: 'Math.floor(now * 1000)' },
    { name: 'takes fences from a count alone', find: NEXT_FENCE, replace: 'this.#lastFence + 1' },
    {
      name: 'takes fences from the clock of the process',
      find: NEXT_FENCE,
      replace: 'Math.max(this.#lastFence + 1, Date.now() * 1000)',
    },
    { name: 'removes nothing', find: 'else this.#placeOf(found).delete(key)', replace: '' },
    {
      name: 'tells no watcher that a record was removed',
      find: NOTIFY,
      replace: "if (next !== null && next.state !== 'running') this.#watchers.notify(key)",
    },
    { name: 'tells no watcher of a settlement', find: NOTIFY, replace: '' },
    {
      name: 'tells no watcher of an abandonment',
      find: NOTIFY,
      replace: "if (next?.state !== 'running' && next?.state !== 'abandoned') this.#watchers.notify(key)",
    },
    {
      name: 'lists by a pattern',
      find: 'key.startsWith(prefix)',
      replace:
        "new RegExp('^' + prefix.replace(/[^w%]/g, '\\$&').replaceAll('_', '.').replaceAll('%', '.*'), 's').test(key)",
    },
    {
      name: 'lists without regard to case',
      find: 'key.startsWith(prefix)',
      replace: 'key.toLowerCase().startsWith(prefix.toLowerCase())',
    },
    { name: 'lists everything', find: 'key.startsWith(prefix)', replace: 'true' },
    {
      name: 'leaves a record out between two pages',
      find: 'cursor: (records.at(-1) as StoredRecord).key',
      replace: 'cursor: key',
    },
    {
      name: 'lists whatever the state',
      find: '(state !== undefined && record.state !== state)',
      replace: 'false',
    },
    {
      name: 'lists more than asked',
      find: 'records.length === limit',
      replace: 'records.length === limit + 1',
    },
  ].map((broken) => ({ ...broken, file })),
  ...[
    { name: 'tells a watcher that has left', find: 'if (!signal.aborted) onChange()', replace: 'onChange()' },
    { name: 'lets all watchers leave with one', find: 'own.delete(heard)', replace: 'own.clear()' },
    {
      name: 'tells one watcher of many',
      find: 'this.#watching.get(key) ?? [])',
      replace: '[...(this.#watching.get(key) ?? [])].slice(0, 1))',
    },
    {
      name: 'tells every watcher once only',
      find: 'queueMicrotask(heard)\n',
      replace: 'queueMicrotask(heard)\n    this.#watching.delete(key)\n',
    },
  ].map((broken) => ({ ...broken, file: watchers })),
]

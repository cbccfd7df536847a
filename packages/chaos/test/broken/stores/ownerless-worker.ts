import { runBrokenWorker } from './run-broken-worker'

// Lets write whoever comes, in the name of whoever holds the record.
runBrokenWorker((store) => {
  const holder = async (key: string, owner: string) => (await store.get(key))?.owner ?? owner
  return {
    extend: async (lease) => store.extend({ ...lease, owner: await holder(lease.key, lease.owner) }),
    complete: async (completion) =>
      store.complete({ ...completion, owner: await holder(completion.key, completion.owner) }),
  }
})

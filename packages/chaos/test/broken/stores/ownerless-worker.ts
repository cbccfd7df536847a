import { runBrokenWorker } from './run-broken-worker'

// Lets write whoever comes, in the name of whoever holds the record.
runBrokenWorker((store) => {
  const holder = async (key: string, owner: string) => {
    const record = await store.get(key)
    return { owner: record?.owner ?? owner, fence: record?.fence }
  }
  return {
    extend: async (lease) => store.extend({ ...lease, ...(await holder(lease.key, lease.owner)) }),
    complete: async (completion) =>
      store.complete({ ...completion, ...(await holder(completion.key, completion.owner)) }),
  }
})

import type { Played } from './seed'

/** How many times to try: enough for a history of a hundred choices. */
const MOST_TRIES = 300

/** A simpler history that fails as well: with as many choices as possible replaced by the first, and cut off early. */
export async function shrink(
  played: Played,
  fails: (taken: readonly number[]) => Promise<boolean>,
): Promise<Played> {
  let taken = [...played.taken]
  let tries = 0
  const attempt = async (candidate: number[]): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || !(await fails(candidate))) return false
    taken = candidate
    return true
  }
  for (let end = 1; end < taken.length; end *= 2) if (await attempt(taken.slice(0, end))) break
  for (let index = taken.length - 1; index >= 0; index--) {
    if (taken[index] === 0) continue
    if (await attempt(taken.with(index, 0))) continue
    await attempt(taken.toSpliced(index, 1))
  }
  return { ...played, taken }
}

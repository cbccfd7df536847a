/**
 * What `run` gives, or a rejection if that takes longer. `late` rejects then, too, and is for `run` to clean up after itself.
 */
export async function withinLimit<Result>(
  limitMs: number,
  run: (late: Promise<never>) => Promise<Result>,
): Promise<Result> {
  if (limitMs === Number.POSITIVE_INFINITY) return run(new Promise(() => {}))
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs).unref()
  })
  try {
    return await Promise.race([run(late), late])
  } finally {
    clearTimeout(timer)
  }
}

let waiting: (() => void)[] = []

/**
 * Calls back when all that can go on by itself has done so: every promise reaction runs before the next turn of the event
 * loop. Histories that are played at the same time share that turn, which costs as much as what is done in it.
 */
export function nextTurn(goOn: () => void): void {
  if (waiting.push(goOn) === 1) setImmediate(takeTurn)
}

function takeTurn(): void {
  const now = waiting
  waiting = []
  for (const goOn of now) goOn()
}

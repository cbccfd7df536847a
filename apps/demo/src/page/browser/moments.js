/** Longer than this it takes nobody to connect, unless the connection is one that nobody knows of any more. */
const PATIENCE_MS = 5000

/**
 * Listens to what happens in all processes. The browser connects again by itself, and says what it heard last; only if it gives
 * up, or nothing comes of it, this begins anew.
 */
export function listen({ onMoment, onConnection, onNewService }) {
  let last
  let source
  let openAt = performance.now()
  connect()
  setInterval(() => {
    if (source.readyState === EventSource.OPEN) openAt = performance.now()
    if (performance.now() - openAt < PATIENCE_MS) return
    openAt = performance.now()
    source.close()
    connect()
  }, 1000)

  function connect() {
    source = new EventSource('/timeline')
    source.addEventListener('open', () => onConnection(true))
    source.addEventListener('moment', ({ data }) => hear(JSON.parse(data)))
    source.addEventListener('error', () => {
      onConnection(false)
    })
  }

  function hear(moment) {
    if (last !== undefined && moment.id <= last.id) {
      // Heard before; or another service counts from 1 again.
      if (moment.at <= last.at) return
      onNewService()
    }
    last = moment
    onMoment(moment)
  }
}

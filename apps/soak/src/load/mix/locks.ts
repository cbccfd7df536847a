import { must } from '../faults'
import { type Act, later } from './scene'

/** So few that some of those who want one find it taken; the server keeps something of each name for an hour. */
const NAMES = 20

/** Two processes want the same lock, one of them twice. */
export const lock: Act = async (scene, { mutexes: [one, other], places }) => {
  const name = `shelf-${scene.random.whole(1, NAMES)}`
  const place = places.get(name) ?? { inside: 0, fence: 0 }
  places.set(name, place)
  const visit = async ({ fence }: { readonly fence: number }) => {
    must(++place.inside === 1, () => `${place.inside} held the lock at once`)
    must(fence > place.fence, () => `fence ${fence} came after ${place.fence}`)
    place.fence = fence
    await later(scene.random.whole(1, 5))
    place.inside--
    scene.ran()
  }
  await Promise.all([one, other, other].map((mutex) => mutex.run(name, visit)))
  scene.mustHaveRun(3)
}

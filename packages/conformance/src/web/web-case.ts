import type { ConformanceCase } from '../suite/conformance-case'
import type { Site, SitePlan, WebScene } from './web-scene'

/** A case that asks one app, which ends with it. */
export function webCase(
  name: string,
  plan: SitePlan,
  run: (site: Site, scene: WebScene) => Promise<void>,
): ConformanceCase<WebScene> {
  return {
    name,
    async run(scene) {
      try {
        await run(await scene.serve(plan), scene)
      } finally {
        await scene.close()
      }
    },
  }
}

import { insist } from './api.js'
import { hearControls, startControls } from './controls.js'
import { byId, say } from './dom.js'
import { listen } from './moments.js'
import { startPay } from './pay.js'
import { hearRecords, startRecords } from './records.js'
import { startScenarios } from './scenarios/scenarios.js'
import { hearStorm, startStorm } from './storm.js'
import { forgetTimeline, hearTimeline, showConnection, startTimeline } from './timeline.js'

const STORES = { memory: 'memory', redis: 'Redis', postgres: 'PostgreSQL', mongo: 'MongoDB' }

const { body: about } = await insist('GET', '/page/about')
const processes = about.processes === 1 ? '1 process' : `${about.processes} processes`
say(
  byId('about'),
  `${processes}, records in ${STORES[about.store] ?? about.store}, lease ${about.lease_ms / 1000} s`,
)
for (const element of document.querySelectorAll('[data-store]')) {
  element.hidden = (element.dataset.store === 'memory') !== (about.store === 'memory')
}

startPay(about)
startControls()
startTimeline()
startRecords(about)
startStorm()
startScenarios(about)
listen({
  onConnection: showConnection,
  onNewService: forgetTimeline,
  onMoment(moment) {
    hearTimeline(moment)
    hearRecords(moment)
    hearControls(moment)
    hearStorm(moment)
  },
})
document.documentElement.dataset.ready = 'true'

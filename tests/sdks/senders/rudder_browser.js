// Tells the story through @rudderstack/analytics-js, as its manual shows it.
import { RudderAnalytics } from '/node_modules/@rudderstack/analytics-js/dist/npm/modern/bundled/esm/index.mjs'

window.tell = (told) => new Promise((done) => {
  const who = told.person
  const analytics = new RudderAnalytics()
  analytics.load(told.key, told.address, { configUrl: told.address, ...told.options })
  analytics.track('Bread Smelled')
  analytics.identify(who, { email: `${who}@crumb.test`, name: 'Ada Crust' })
  analytics.track('Coffee Tasted', told.tasted, { originalTimestamp: told.long_ago })
  analytics.page('Shop', 'Opening hours', { url: 'https://crumb.test/hours' })
  analytics.group(`bakers-${who}`, { name: 'Bakers', employees: 4 })
  analytics.alias(who, `${who}-before`)
  analytics.track('Order Completed', { order_id: `order-${who}`, ...told.order })
  analytics.ready(done)
})

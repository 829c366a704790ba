// Tells the story through @segment/analytics-node, as its manual shows it.
const { Analytics } = require('@segment/analytics-node')

const told = JSON.parse(process.argv[2])
const userId = told.person
const failures = []
const analytics = new Analytics({ writeKey: told.key, host: told.address })
analytics.on('error', (error) => failures.push(String(error.reason ?? error.code)))

analytics.track({ anonymousId: `${userId}-visitor`, event: 'Bread Smelled' })
analytics.identify({
  userId, anonymousId: `${userId}-visitor`,
  traits: { email: `${userId}@crumb.test`, name: 'Ada Crust' },
})
analytics.track({
  userId, event: 'Coffee Tasted', properties: told.tasted, timestamp: new Date(told.long_ago),
})
analytics.page({
  userId, category: 'Shop', name: 'Opening hours', properties: { url: 'https://crumb.test/hours' },
})
analytics.screen({ userId, category: 'App', name: 'Basket' })
analytics.group({ userId, groupId: `bakers-${userId}`, traits: { name: 'Bakers', employees: 4 } })
analytics.alias({ previousId: `${userId}-before`, userId })
analytics.track({
  userId, event: 'Order Completed', properties: { order_id: `order-${userId}`, ...told.order },
})
analytics.closeAndFlush({ timeout: 20000 }).then(() => {
  if (failures.length) throw new Error(failures.join())
})

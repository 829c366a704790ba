// Tells the story through @rudderstack/rudder-sdk-node, as its manual shows it.
const Analytics = require('@rudderstack/rudder-sdk-node')

const told = JSON.parse(process.argv[2])
const userId = told.person
const client = new Analytics(told.key, { dataPlaneUrl: told.address })

client.track({ anonymousId: `${userId}-visitor`, event: 'Bread Smelled' })
client.identify({
  userId, anonymousId: `${userId}-visitor`,
  traits: { email: `${userId}@crumb.test`, name: 'Ada Crust' },
})
client.track({
  userId, event: 'Coffee Tasted', properties: told.tasted, timestamp: new Date(told.long_ago),
})
client.page({
  userId, category: 'Shop', name: 'Opening hours', properties: { url: 'https://crumb.test/hours' },
})
client.screen({ userId, category: 'App', name: 'Basket' })
client.group({ userId, groupId: `bakers-${userId}`, traits: { name: 'Bakers', employees: 4 } })
client.alias({ previousId: `${userId}-before`, userId })
client.track({
  userId, event: 'Order Completed', properties: { order_id: `order-${userId}`, ...told.order },
})
client.flush()

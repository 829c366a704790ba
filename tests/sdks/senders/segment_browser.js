// Tells the story through @segment/analytics-next, as its manual shows it for a host of one's own.
window.tell = async (told) => {
  const who = told.person
  const { host } = new URL(told.address)
  const analytics = window.AnalyticsNext.AnalyticsBrowser.load(
    { writeKey: told.key, cdnURL: told.address },
    { integrations: { 'Segment.io': { apiHost: `${host}/v1`, protocol: 'http', ...told.options } } },
  )
  await analytics.track('Bread Smelled')
  await analytics.identify(who, { email: `${who}@crumb.test`, name: 'Ada Crust' })
  await analytics.track('Coffee Tasted', told.tasted, { timestamp: new Date(told.long_ago) })
  await analytics.page('Shop', 'Opening hours', { url: 'https://crumb.test/hours' })
  await analytics.screen('App', 'Basket')
  await analytics.group(`bakers-${who}`, { name: 'Bakers', employees: 4 })
  await analytics.alias(who, `${who}-before`)
  await analytics.track('Order Completed', { order_id: `order-${who}`, ...told.order })
}

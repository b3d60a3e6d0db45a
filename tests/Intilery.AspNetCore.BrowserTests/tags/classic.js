// The classic tag as its renderer put it together: the library, one destination, and the calls that the snippet has queued.
const Analytics = require('@segment/analytics.js-core').default || require('@segment/analytics.js-core');
const Segmentio = require('@segment/analytics.js-integration-segmentio');

const queued = window.analytics || [];
const analytics = typeof Analytics === 'function' ? new Analytics() : Analytics;
analytics.use(Segmentio);
analytics.initialize({ 'Segment.io': { apiKey: 'key', apiHost: location.host + '/collect', retryQueue: false } });
while (queued.length > 0) {
  const [method, ...parameters] = queued.shift();
  if (analytics[method]) {
    analytics[method](...parameters);
  }
}
window.analytics = analytics;

/**
 * Preloaded (`node --import`) into every process of the local cloud: ends it when the process that started it is
 * gone, however that went. A signal handler in the parent would not do, since kill -9 runs none; the channel
 * between the two closes all the same.
 */
if (process.channel) {
  process.once('disconnect', () => process.exit(1));
  process.channel.unref(); // after the listener, which by itself would keep the process alive
}

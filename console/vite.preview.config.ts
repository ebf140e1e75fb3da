import { mergeConfig } from 'vite';
import base from './vite.config.ts';
import { fixtureApi } from './preview/server.ts';

// The console over invented data, to look at pages without a gate; no part of what is shipped.
export default mergeConfig(base, {
  plugins: [fixtureApi()],
  server: { host: '127.0.0.1', port: Number(process.env.PORT ?? 5173), strictPort: true },
});

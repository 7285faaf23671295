// How the console is built (dist/) and served in development (5173, with the API of 7080 behind it).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env.LEPTA_API ?? "http://127.0.0.1:7080";
const apiPaths = ["/v1", "/v2", "/health", "/metrics", "/openapi.json"];

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ["lepta-source", "module", "browser", "development|production"] },
  build: {
    target: "es2023",
    outDir: "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1000,
  },
  server: {
    host: "127.0.0.1",
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(apiPaths.map((path) => [path, { target: api, changeOrigin: false }])),
  },
});

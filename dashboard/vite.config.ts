import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./compress.ts";

// In development the pages come from Vite and everything else from a platform that is up.
const platform = process.env["PLATFORM_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), compress()],
  build: { outDir: "dist", sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": platform, "/ws": { target: platform, ws: true } },
  },
  test: { isolate: false }, // a DOM for each file takes three times as long; each test clears its own
});

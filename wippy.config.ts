// `npx wippy run` in this repository runs the tour.

import { defineConfig } from './src/config.ts'

export default defineConfig({ src: './examples/tour' })

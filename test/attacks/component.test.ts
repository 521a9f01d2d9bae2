import { besiegeByPlugins } from './besiege-plugins.ts'

await besiegeByPlugins(['values', 'handles'])

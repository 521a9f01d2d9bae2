// Every feature of a node. One line of this table is all that connects a service with the app.
//
// Import types at the top, code only inside `load`: what stands here is read by every start.

import type { Caller } from '../service/service.ts'
import type { Feature } from './feature.ts'

export const features: readonly Feature[] = [
  {
    modules: ['cloudstorage'],
    kinds: ['cloudstorage.s3', 'config.aws'],
    load: async (parts) => {
      const [{ CloudStorages }, variables, streams] = await Promise.all([
        import('../service/cloudstorage.ts'),
        parts.environment(),
        parts.streams(),
      ])
      const { service, handler } = new CloudStorages({ ...parts, streams, lookup: (after) => variables.lookup(after) })
      return { services: [service], handler }
    },
  },
  {
    modules: ['compress'],
    load: async () => ({ services: [(await import('../service/compress.ts')).compressService()] }),
  },
  {
    modules: ['contract'],
    kinds: ['contract.*'],
    load: async ({ door, guard }) => {
      const { Contracts } = await import('../service/contract.ts')
      const { service, handler } = new Contracts({ permits: guard, call: await door.operation('funcs.call') })
      return { services: [service], handler }
    },
  },
  {
    modules: ['crypto'],
    load: async ({ clock }) => ({ services: [(await import('../service/crypto.ts')).cryptoService(clock)] }),
  },
  {
    modules: ['ctx'],
    load: async () => ({ services: [(await import('../service/ctx.ts')).ctxService()] }),
  },
  {
    modules: ['env'],
    kinds: ['env.storage.*', 'env.variable'],
    load: async (parts) => {
      const [environment, { envService }] = await Promise.all([parts.environment(), import('../service/env.ts')])
      return { services: [envService(environment, parts.guard)], handler: environment.handler() }
    },
  },
  {
    modules: ['eval_runner', 'eval'],
    load: async (parts) => {
      const [{ sandboxOf }, { evalService }, { largestSandbox }] = await Promise.all([
        import('./sandboxes.ts'),
        import('../service/eval-runner.ts'),
        import('../service/sandbox-policy.ts'),
      ])
      const most = { ...largestSandbox, memoryBytes: parts.config.limits.memoryBytes }
      return { services: [evalService({ ...parts, sandbox: sandboxOf(parts).sandbox, permits: parts.guard, most })] }
    },
  },
  {
    modules: ['events'],
    load: async ({ bus, permit, clock }) => ({ services: [(await import('../service/events.ts')).eventsService(bus, permit, clock)] }),
  },
  {
    modules: ['excel'],
    load: async (parts) => ({ services: [(await import('../service/excel.ts')).excelService(await parts.streams())] }),
  },
  {
    modules: ['exec'],
    kinds: ['exec.native'],
    load: async (parts) => {
      const [{ Exec }, streams, variables] = await Promise.all([import('../service/exec.ts'), parts.streams(), parts.environment()])
      const { root } = parts.config
      const exec = new Exec({ root, path: process.env.PATH ?? '', streams, lookup: (after) => variables.lookup(after) })
      return { services: [exec.service], handler: exec.handler }
    },
  },
  {
    modules: ['expr'],
    load: async ({ clock }) => ({ services: [(await import('../service/expr.ts')).exprService(clock)] }),
  },
  {
    modules: ['fs'],
    kinds: ['fs.directory'],
    load: async (parts) => {
      const [{ fsService }, volumes, streams] = await Promise.all([import('../service/fs.ts'), parts.volumes(), parts.streams()])
      return { services: [fsService(volumes, streams)], handler: volumes.handler }
    },
  },
  {
    modules: ['funcs'],
    load: async (parts) => ({ services: [(await import('../service/funcs.ts')).funcsService(parts)] }),
  },
  {
    modules: ['hash'],
    load: async () => ({ services: [(await import('../service/hash.ts')).hashService()] }),
  },
  {
    modules: ['html'],
    load: async () => ({ services: [(await import('../service/html.ts')).htmlService()] }),
  },
  {
    modules: ['http'],
    kinds: ['http.service', 'http.router', 'http.endpoint', 'http.static'],
    load: async (parts) => (await import('./http.ts')).http(parts),
  },
  {
    modules: ['http_client'],
    load: async (parts) => (await import('./http.ts')).httpClient(parts),
  },
  {
    modules: ['io'],
    load: async () => ({ services: [(await import('../service/io.ts')).ioService()] }),
  },
  {
    modules: ['json'],
    load: async () => ({ services: [(await import('../service/json.ts')).jsonService()] }),
  },
  {
    modules: ['logger'],
    ambient: true,
    load: async ({ log }) => ({ services: [(await import('../service/logger.ts')).loggerService(log)] }),
  },
  {
    modules: ['metrics'],
    load: async (parts) => (await import('./http.ts')).metrics(parts),
  },
  {
    modules: ['pg'],
    kinds: ['pg.scope'],
    load: async (parts) => {
      const { service, handler } = new (await import('../service/pg.ts')).Pg(parts)
      return { services: [service], handler }
    },
  },
  {
    modules: ['plugin'],
    kinds: ['plugin.*', 'function.wasm', 'function.wat', 'process.wasm'],
    load: async (parts) => {
      const [{ pluginsOf }, { pluginService }] = await Promise.all([import('./plugins.ts'), import('../plugin/plugin-service.ts')])
      const plugins = await pluginsOf(parts)
      return { services: [pluginService(plugins, parts.registry)], handler: plugins.handler, stop: () => plugins.stop() }
    },
  },
  {
    modules: ['process'],
    ambient: true,
    load: async (parts) => ({
      services: [(await import('../service/process.ts')).processService({ ...parts, permits: parts.guard })],
    }),
  },
  {
    modules: ['queue'],
    kinds: ['queue.driver.memory', 'queue.queue', 'queue.consumer'],
    load: async (parts) => (await import('./queues.ts')).queues(parts),
  },
  {
    modules: ['registry'],
    load: async ({ registry, guard, log }) => {
      const { registryService } = await import('../service/registry.ts')
      const warn = (caller: Caller, message: string): void => log.record('warn', caller.entry, message)
      return { services: [registryService(registry, { permits: guard, warn })] }
    },
  },
  {
    modules: ['sandbox'],
    kinds: ['sandbox.policy'],
    load: async (parts) => {
      const [{ sandboxOf }, { sandboxService }] = await Promise.all([import('./sandboxes.ts'), import('../service/sandbox-service.ts')])
      const { runner } = sandboxOf(parts)
      return { services: [sandboxService(runner)], handler: runner.handler }
    },
  },
  {
    modules: ['security'],
    kinds: ['security.token_store'],
    load: async ({ guard, policies, credentials, tokenStores }) => {
      const [{ securityService }, tokens] = await Promise.all([import('../service/security.ts'), tokenStores()])
      return { services: [securityService({ permits: guard, policies, credentials, tokens })], handler: tokens.handler }
    },
  },
  {
    modules: ['stream'],
    load: async (parts) => ({ services: [(await import('../service/streams.ts')).streamService(await parts.streams())] }),
  },
  {
    modules: ['sql', 'db'],
    kinds: ['db.sql.*'],
    load: async (parts) => (await import('./databases.ts')).databases(parts),
  },
  {
    modules: ['supervisor'],
    kinds: ['process.supervisor'],
    load: async (parts) => {
      const { Supervisors } = await import('../service/supervisors.ts')
      const { supervisorService } = await import('../service/supervisor.ts')
      const supervisors = new Supervisors(parts)
      return {
        services: [supervisorService({ ...parts, permits: parts.guard, supervisors })],
        handler: parts.services.handler(supervisors.kind),
      }
    },
  },
  {
    modules: ['store'],
    kinds: ['store.memory', 'store.lmdb', 'store.redis', 'store.sql'],
    load: async (parts) => (await import('./stores.ts')).stores(parts),
  },
  {
    modules: ['system'],
    load: async (parts) => {
      const [{ systemService }, { nodeView }] = await Promise.all([import('../service/system.ts'), import('../service/node-view.ts')])
      return { services: [systemService(nodeView(parts))] }
    },
  },
  {
    modules: ['templates', 'template'],
    kinds: ['template.*'],
    load: async ({ permit }) => {
      const { Templates } = await import('../service/templates.ts')
      const { service, handler } = new Templates(permit)
      return { services: [service], handler }
    },
  },
  {
    modules: ['text'],
    load: async () => ({ services: [(await import('../service/text.ts')).textService()] }),
  },
  {
    modules: ['time'],
    load: async ({ clock }) => ({ services: [(await import('../service/time.ts')).timeService(clock)] }),
  },
  {
    modules: ['treesitter'],
    load: async ({ config }) => ({ services: [(await import('../service/treesitter.ts')).treesitterService(config.root)] }),
  },
  {
    modules: ['uuid'],
    load: async ({ clock }) => ({ services: [(await import('../service/uuid.ts')).uuidService(clock)] }),
  },
  {
    modules: ['websocket'],
    load: async (parts) => (await import('./http.ts')).websocket(parts),
  },
  {
    modules: ['workflow', 'activity'],
    kinds: ['workflow.host', 'temporal.worker', 'temporal.client', 'workflow.lua'],
    wants: ({ kind, meta }) => kind === 'workflow.lua' || meta.durable === true,
    load: async (parts) => (await import('./workflows.ts')).buildWorkflows(parts),
  },
  {
    modules: ['yaml'],
    load: async () => ({ services: [(await import('../service/yaml.ts')).yamlService()] }),
  },
]

// The actions of the security model. What an operation needs of them is in service/rights.ts.

const expand = (prefix: string, names: string): string[] => names.split(' ').map((name) => `${prefix}.${name}`)

/** Every action of the runtime, by its name: what policies allow and deny, and what a grant may name. */
export const ACTIONS: ReadonlySet<string> = new Set([
  ...expand('process', 'spawn spawn.monitored spawn.linked host send exec terminate cancel monitor unmonitor link unlink context security'),
  ...expand('process.registry', 'register register.eventual register.consistent register.strong foreign'),
  ...expand('sandbox', 'run'),
  ...expand('process.registry', 'unregister unregister.eventual unregister.consistent unregister.strong'),
  ...expand('funcs', 'call context security'),
  ...expand('contract', 'get open implementations call context security'),
  ...expand('events', 'subscribe send'),
  ...expand('registry', 'get apply apply_version versions'),
  ...expand('security', 'policy.get policy_group.get scope.create actor.create token_store.get token.create token.validate token.revoke'),
  ...expand('store', 'get info key.get key.set key.delete key.has key.list'),
  ...expand('env', 'get set'),
  ...[
    'db.get',
    'fs.get',
    'cloudstorage.get',
    'template.get',
    'queue.publish',
    'queue.publish.queue',
    'exec.get',
    'exec.run',
    'workflow.exec',
    'workflow.read',
  ],
  ...expand('eval', 'compile run module import class'),
  ...expand('http_client', 'request unix_socket private_ip insecure_tls'),
  ...['websocket.connect', 'websocket.connect.url', 'network.select', 'network.bind'],
  ...expand('pg', 'open join leave get_members get_local_members which_groups which_local_groups broadcast broadcast_local monitor events'),
  ...expand('system', 'read control gc lock exit'),
  ...expand('hub', 'modules.list modules.search modules.get modules.readme versions.list versions.get versions.inspect'),
  ...expand('hub', 'dependencies.get dependents.get files.list'),
  // beyond Wippy's: supervision trees from Lua
  ...expand('supervisor', 'start_child restart_child terminate_child delete_child which_children count_children'),
])

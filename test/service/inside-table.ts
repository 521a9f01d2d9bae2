// Operations that ask for each thing they touch, rather than be asked for at the door: what they are called with, and what that needs.

export type Inside = {
  readonly op: string
  /** Lua that gives a value, or nil and an error. Of what is only left out of a list the value is nil. */
  readonly code: string
  readonly needs: readonly (readonly [action: string, resource: string])[]
  /** What is not allowed is left out, instead of refused. */
  readonly isFilter?: true
}

const onTree = (verb: string, args = '', more: Inside['needs'] = []): Inside => ({
  op: `supervisor.${verb}`,
  code: `supervisor.${verb}("app:tree"${args})`,
  needs: [[`supervisor.${verb}`, 'app:tree'], ...more],
})

const found = (list: string, name: string): string =>
  `(function() for _, entry in ipairs(${list}) do if entry.id == "${name}" then return true end end end)()`

export const INSIDE: readonly Inside[] = [
  { op: 'env.get', code: 'env.get("X")', needs: [['env.get', 'X']] },
  { op: 'env.set', code: 'env.set("X", "1")', needs: [['env.set', 'X']] },
  { op: 'env.all', code: 'env.get_all().X', needs: [['env.get', 'X']], isFilter: true },
  {
    op: 'registry.find',
    code: found('registry.find({ [".id"] = "app:note" })', 'app:note'),
    needs: [['registry.get', 'app:note']],
    isFilter: true,
  },
  {
    op: 'registry.entries',
    code: found('registry.snapshot():entries()', 'app:note'),
    needs: [['registry.get', 'app:note']],
    isFilter: true,
  },
  {
    op: 'registry.apply',
    code: 'registry.snapshot():changes():update({ id = "app:note", kind = "registry.entry", data = { at = tostring({}) } }):apply()',
    needs: [['registry.apply', 'app:note']],
  },
  { op: 'registry.apply_version', code: 'registry.apply_version(registry.current_version())', needs: [['registry.apply_version', '']] },
  {
    op: 'security.evaluate',
    code: `(function()
      local held, err = security.policy("app:held")
      if not held then return nil, err end
      return held:evaluate(security.actor(), "read", "x")
    end)()`,
    needs: [['security.policy.get', 'app:held']],
  },
  {
    op: 'contract.open',
    code: `(function()
      local definition, err = contract.get("app:definition")
      if not definition then return nil, err end
      return definition:with_context({ a = 1 }):open("app:bound")
    end)()`,
    needs: [
      ['contract.context', 'app:bound'],
      ['contract.get', 'app:definition'],
      ['contract.open', 'app:bound'],
    ],
  },
  {
    op: 'eval.run',
    code: 'eval_runner.run{ source = "return function() return 1 end", modules = { "registry" }, imports = { lib = "app:lib" }, allow_classes = { "storage" } }',
    needs: [
      ['eval.class', 'storage'],
      ['eval.module', 'registry'],
      ['eval.import', 'app:lib'],
      ['eval.run', ''],
    ],
  },
  {
    op: 'http_client.request',
    code: `(function()
      local _, err = http_client.get("http://127.0.0.1:1/")
      if err:kind() == "PermissionDenied" then return nil, err end
      return true
    end)()`,
    needs: [
      ['http_client.request', 'http://127.0.0.1:1/'],
      ['http_client.private_ip', '127.0.0.1'],
    ],
  },
  onTree('count_children'),
  onTree('which_children'),
  onTree('terminate_child', ', "idle"'),
  onTree('restart_child', ', "idle"'),
  onTree('start_child', ', { id = "more", process = "app:idle" }', [['process.spawn', 'app:idle']]),
  onTree('terminate_child', ', "more"'),
  onTree('delete_child', ', "more"'),
]

// Which functions return a `result`, as the WIT of a component says it.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { resultsIn } from '../../src/plugin/wit-results.ts'

const test = suite('wit results')

const WIT = `package root:component;

world root {
  use t:t/i.{r};

  export k: func() -> r;
  export l: func() -> result;
  export m: func() -> u32;
  export in: interface {
    n: func(x: list<tuple<u32, string>>) -> result<string>;

    o: func();
  }
  export p: func() -> result<_, string>;
  export t:t/i;
}
package t:t {
  interface i {
    type r = result<u32, string>;

    record e {
      some-code: u32,
    }

    /// not: func() -> result;
    f: func() -> r;

    %list: func() -> list<result<u32>>;

    h: func() -> result<list<r>, e>;
  }
}
`

test('those of the world, of interfaces within it, and of others', () => {
  assert.equal([...resultsIn(WIT)].sort(), ['i.f', 'i.h', 'in.n', 'k', 'l', 'p'])
})

test.run()

"""A run of many cells: pictures that differ along up to three axes, each one generation.

How to use it, for a page of its own:

1. Say what is to be drawn: `CellsDefinition(prompt, parameters, axes)`; an `Axis` has a kind and
   values as text, which `read_values` reads from what a person typed. `definition.checked()`
   raises what is wrong with it, and `definition.cells()` are its cells, in reading order.
2. `run = CellRun.new(definition)` names it, `run.to_query()` is for the page's address, and
   `CellRun.from_query(query)` reads it again after a reload or in a second tab.
3. `work = CellWork(run, clients)` does it; keep it in the session. `clients(endpoint)` returns
   the client of an endpoint; "" is the page's own. Call `work.look()` from a fragment every half
   second while `work.active`: it never waits for a picture. After each look put
   `work.run.to_query()` into the page's `KeptAddress`, because stopping and going on change it.
4. `work.status(cell)` is what became of a cell, `work.picture(cell)` its PNG file once it is
   there, `work.error(cell)` why there is none. `work.stop()` cancels what runs and keeps what is
   done; `work.go_on()` draws what was not drawn or failed.

Nothing has to be remembered between looks but the address: a new `CellWork` finds by their tag
the generations that were submitted, and each cell's idempotency key makes sure that two tabs
which submit the same cell at the same moment start one generation.
"""

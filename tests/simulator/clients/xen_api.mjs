// npm's xen-api: calls, tasks, its object cache and the watching of events,
// also across a restart and a change of the coordinator.
import assert from 'node:assert'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.env.CLIENT_MODULES + '/')
const { createClient } = await import(
  pathToFileURL(require.resolve('xen-api')).href
)
const pool = JSON.parse(process.env.SIMULATED_POOL)

async function until(what, check) {
  for (let i = 0; i < 600; ++i) {
    if (await check()) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('waited in vain for ' + what)
}

async function control(path, body) {
  const url = `http://127.0.0.1:${pool.control_port}${path}`
  const reply = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  assert.strictEqual(reply.status, 200, await reply.text())
}

const { ip, https_port: port } = pool.hosts[0]
const xapi = createClient({
  url: `https://${ip}:${port}`,
  auth: { user: pool.user, password: pool.password },
  debounce: 50,
  eventPollDelay: 200,
})
await xapi.connect()
await xapi.objectsFetched
const vms = () => Object.values(xapi.objects.all).filter(_ => _.$type === 'VM')
assert(vms().length > 50)

const halted = vms().find(_ => _.power_state === 'Halted' && !_.is_a_template)
await xapi.callAsync('VM.start', halted.$ref, false, false)
await until('the cache to see the VM run',
  () => xapi.getObject(halted.$ref).power_state === 'Running')
const clone = await xapi.callAsync('VM.snapshot', halted.$ref, 'from xen-api')
await until('the snapshot to be cached', () =>
  vms().some(_ => _.name_label === 'from xen-api'))
assert(String(clone).includes('OpaqueRef:'))
await assert.rejects(xapi.call('VM.start', halted.$ref, false, false),
  { code: 'VM_BAD_POWER_STATE' })

// The coordinator restarts: the session is gone, the cache comes back.
await control('/control/hosts/restart', { host: 0, down_seconds: 0.5 })
await until('calls to work again', async () => {
  try {
    await xapi.call('VM.set_name_description', halted.$ref, 'after restart')
    return true
  } catch (error) {
    return false
  }
})
await until('the cache to see a change after the restart',
  () => xapi.getObject(halted.$ref).name_description === 'after restart')

// Another host becomes coordinator; the client follows HOST_IS_SLAVE.
await xapi.call('pool.designate_new_master', pool.hosts[1].ref)
await until('the client to reach the new coordinator', async () => {
  try {
    await xapi.call('VM.set_name_description', halted.$ref, 'after the change')
    return (await xapi.call('pool.get_master', xapi.pool.$ref)) ===
      pool.hosts[1].ref
  } catch (error) {
    return false
  }
})
await until('the cache to see a change by the new coordinator',
  () => xapi.getObject(halted.$ref).name_description === 'after the change')
await xapi.disconnect()
console.log('xen-api: cache and events work across restart and change')
process.exit(0)

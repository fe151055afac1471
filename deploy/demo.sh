# Sourced after setup.sh: starts a simulated pool with a gateway in front of it,
# and ends both when the script ends.

python=/usr/bin/python3
bin=$root/build/dev
run=$(mktemp -d)
pids=()
stop() {
    trap - EXIT INT TERM
    local pid
    # The gateway first: it logs out of the pool.
    for pid in "${pids[@]}"; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$run"
}
trap stop EXIT
trap 'stop; exit 130' INT TERM

# ready FILE PID: waits for the line of JSON that a server prints when it
# serves.
ready() {
    local i
    for ((i = 0; i < 300; ++i)); do
        [ -s "$1" ] && return
        kill -0 "$2" 2>/dev/null || die "a server ended: $(cat "$run"/*.log)"
        sleep 0.1
    done
    die "a server was not ready within 30 s: $(cat "$run"/*.log)"
}
# field FILE EXPRESSION: a value of that line.
field() {
    "$python" -c 'import json, sys
print(eval(sys.argv[2], {"r": json.loads(open(sys.argv[1]).readline())}))' "$@"
}

# start_demo PORT: sets target, hosts, simulator and gateway (their pids).
start_demo() {
    say "starting a simulated pool of 3 hosts and 50 VMs"
    "$bin/tests/simulator/xapi-simulator" --preset hosts3 \
        >"$run/simulator.ready" 2>"$run/simulator.log" &
    simulator=$!
    pids=("$simulator")
    ready "$run/simulator.ready" "$simulator"
    hosts=$(field "$run/simulator.ready" \
        '", ".join("https://{ip}:{https_port}".format(**h) for h in r["hosts"])')
    (umask 077 && field "$run/simulator.ready" 'r["password"]' >"$run/password")
    cat >"$run/gateway.yaml" <<TEXT
listen:
  - address: 127.0.0.1:$1
    insecure: true
pools:
  - name: demo
    seeds: [$hosts]
    user: $(field "$run/simulator.ready" 'r["user"]')
    password_file: $run/password
    tls:
      ca_file: $(field "$run/simulator.ready" 'r["ca_file"]')
TEXT
    say "starting the gateway"
    "$bin/gateway/server/xapi-gateway" --config "$run/gateway.yaml" \
        >"$run/gateway.ready" 2>"$run/gateway.log" &
    gateway=$!
    pids=("$gateway" "$simulator")
    ready "$run/gateway.ready" "$gateway"
    target=$(field "$run/gateway.ready" 'r["listen"][0]')
}

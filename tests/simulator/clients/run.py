#!/usr/bin/env python3
"""Runs one public client against a simulated pool of its own.

usage: run.py SIMULATOR CLIENT-DIRECTORY SCRIPT

The clients come from PyPI and npm at fixed versions; they are installed once
under CLIENT-DIRECTORY, which is in the build tree.
"""

import json
import os
import pathlib
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
XENAPI = "XenAPI==26.21.1"
XEN_API = "xen-api@4.7.6"
PRESET = [
    "--preset=hosts3",
    "--control-port=0",
    "--period-scale=0.1",
    "--operation-scale=0.3",
]


def install_python(directory):
    environment = directory / "python"
    marker = environment / XENAPI
    if not marker.exists():
        venv.create(environment, with_pip=True)
        subprocess.run(
            [environment / "bin/pip", "install", "--quiet", XENAPI], check=True
        )
        marker.touch()
    return environment / "bin/python"


def install_node(directory):
    modules = directory / "node"
    marker = modules / XEN_API.replace("/", "_")
    if not marker.exists():
        modules.mkdir(parents=True, exist_ok=True)
        (modules / "package.json").write_text('{"private": true}\n')
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", XEN_API],
            cwd=modules,
            check=True,
        )
        marker.touch()
    return modules


def command(script, directory):
    if script.suffix == ".py":
        return [install_python(directory), script], {}
    modules = install_node(directory) / "node_modules"
    return ["node", script], {"CLIENT_MODULES": str(modules)}


def main():
    simulator, directory, name = sys.argv[1:]
    argv, extra = command(HERE / name, pathlib.Path(directory).resolve())
    pool = subprocess.Popen(
        [simulator, *PRESET], stdout=subprocess.PIPE, text=True
    )
    try:
        ready = json.loads(pool.stdout.readline())
        environment = os.environ | extra
        environment["SIMULATED_POOL"] = json.dumps(ready)
        # Both runtimes trust the pool's own authority by these.
        environment["SSL_CERT_FILE"] = ready["ca_file"]
        environment["NODE_EXTRA_CA_CERTS"] = ready["ca_file"]
        done = subprocess.run(argv, env=environment, timeout=120)
        return done.returncode
    finally:
        pool.terminate()
        pool.wait()


if __name__ == "__main__":
    sys.exit(main())

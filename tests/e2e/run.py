# SPDX-License-Identifier: LGPL-2.1-or-later
"""run.py wine|native [MODULE...]: the sample programs and real clients, end to end. Called by tests/suites/."""
import importlib
import signal
import sys

import check
import server

DEFAULT = ["hello", "files", "echo", "waiting", "refusing"]


def main():
    server.command = server.COMMANDS[sys.argv[1]]
    # A shell may have started us with SIGINT ignored, and the servers would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for name in sys.argv[2:] or DEFAULT:
            check.run(name, run_module, importlib.import_module(name))
    finally:
        server.kill_all()
    return 0 if check.summary() else 1


def run_module(module):
    for part in module.checks():
        check.run(*part)


sys.exit(main())

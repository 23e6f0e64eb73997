# SPDX-License-Identifier: LGPL-2.1-or-later
"""run.py wine|native: the sample programs and real clients, end to end. Called by tests/suites/e2e-*."""
import signal
import sys

import check
import echo
import files
import hello
import server
import waiting


def main():
    server.command = server.COMMANDS[sys.argv[1]]
    # A shell may have started us with SIGINT ignored, and the servers would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        for module in [hello, files, echo, waiting]:
            check.run(module.__name__, run_module, module)
    finally:
        server.kill_all()
    return 0 if check.summary() else 1


def run_module(module):
    for part in module.checks():
        check.run(*part)


sys.exit(main())

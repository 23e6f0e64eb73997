# SPDX-License-Identifier: LGPL-2.1-or-later
"""run.py DIRECTORY: the .NET programs that lie there, end to end. Called by tests/suites/dotnet-wine."""
import os
import signal
import sys

sys.path.append(os.path.join(os.path.dirname(__file__), "..", "e2e"))
import check
import server

import bodies
import leaving
import limits
import many
import messages
import program
import routing
import sockets


def main():
    program.DIRECTORY = sys.argv[1]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    modules = [module for module in [routing, messages, bodies, leaving, limits, many, sockets]
               if len(sys.argv) == 2 or module.__name__ in sys.argv[2:]]
    try:
        for module in modules:
            check.run(module.__name__, run_module, module)
    finally:
        server.kill_all()
    return 0 if check.summary() else 1


def run_module(module):
    for part in module.checks():
        check.run(*part)


sys.exit(main())

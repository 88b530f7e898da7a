"""Stands in for systemd: opens a socket, and becomes the program that gets it as descriptor 3.

`systemd.py ADDRESS COMMAND...`, where ADDRESS is a TCP port of the loopback interface.
"""

import os
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))
os.execv(sys.argv[2], sys.argv[2:])

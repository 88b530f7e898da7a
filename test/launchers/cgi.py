"""Runs a CGI program with variables that are bytes, given in latin-1: `cgi.py VARIABLES PROGRAM ARGUMENTS...`."""

import json
import os
import sys

variables = {name: value.encode("latin-1") for name, value in json.loads(sys.argv[1]).items()}
os.execve(sys.argv[2], sys.argv[2:], variables)

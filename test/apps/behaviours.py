"""One path for each behaviour of the table in `test/cases`. Each function is a WSGI application of its own."""

import echoes
import failures
import files
import heads
import ledger
import process
import staged
import wire

ROUTES = {
    "/count": echoes.count,
    "/ledger": ledger.entered,
    "/hello": echoes.hello,
    "/environ": echoes.environ,
    "/echo": echoes.echo,
    "/digest": echoes.digest,
    "/form": echoes.form,
    "/json": echoes.json_sum,
    "/pattern": echoes.pattern,
    "/raise-before-head": failures.raise_before_head,
    "/raise-after-head": failures.raise_after_head,
    "/short-body": failures.short_body,
    "/die": failures.die,
    "/status": heads.status,
    "/cookies": heads.cookies,
    "/big-head": heads.big_head,
    "/no-content": heads.no_content,
    "/written": heads.written,
    "/file": files.file,
    "/yields": staged.yields,
    "/holds": staged.holds,
    "/spins": staged.spins,
    "/reads": staged.reads,
    "/floods": staged.floods,
    "/writes": wire.writes,
    "/rights": process.rights,
    "/grips": process.grips,
    "/parent": process.parent,
}


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path.startswith("/environ/"):
        path = "/environ"
    return ROUTES.get(path, heads.not_found)(environ, start_response)

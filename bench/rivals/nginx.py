"""nginx before a peer whose own image has it there, with that image's compression."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.rivals.programs import HOST, await_answer, free_port, program

CONFIGURATION = """
worker_processes auto;
daemon off;
pid {home}/nginx.pid;
error_log {home}/nginx.log;
{user}
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {home}/client;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  types {{
    text/html html;
    text/css css;
    application/javascript js;
    application/json json map;
    image/svg+xml svg;
    image/png png;
    image/x-icon ico;
    font/woff woff;
    font/woff2 woff2;
  }}
  default_type application/octet-stream;
  gzip on;
  gzip_vary on;
  gzip_proxied any;
  gzip_comp_level 6;
  gzip_types text/plain text/css text/xml application/json application/javascript image/svg+xml;
  server {{
    listen {host}:{port};
    client_max_body_size 350m;
    location = /nginx_health {{ return 200; }}
{files}
    location / {{
      proxy_read_timeout 300;
      proxy_set_header Host $http_host;
      proxy_redirect off;
      proxy_pass http://{host}:{behind};
    }}
  }}
}}
"""


def installed() -> bool:
    """Whether this machine has one."""
    return shutil.which("nginx") is not None


@contextlib.contextmanager
def before(behind: int, files: Mapping[str, Path], home: Path) -> Iterator[tuple[int, int]]:
    """nginx before the server at port `behind`: its own port and its process."""
    port, configuration = free_port(), home / "nginx.conf"
    aliases = [f"    location {at} {{ alias {folder}/; }}" for at, folder in files.items()]
    told = CONFIGURATION.format(
        home=home,
        host=HOST,
        port=port,
        behind=behind,
        files="\n".join(aliases),
        user="user root;" if os.geteuid() == 0 else "",
    )
    configuration.write_text(told)
    command = [str(shutil.which("nginx")), "-c", str(configuration), "-p", str(home)]
    command += ["-e", str(home / "nginx.log")]
    environment = {"PATH": os.defpath}
    with program(command, folder=home, environment=environment, log=home / "nginx.log") as pid:
        await_answer(port, "/nginx_health", log=home / "nginx.log")
        yield port, pid

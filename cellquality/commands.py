"""The command lines of the three processes that serve the product, the same in `make run`, in tests and in deploy/."""

import sys
from pathlib import Path


def web_command(port: int, *, workers: int = 2) -> list[str]:
    """gunicorn on this machine only; threads wait for the database while others serve. Preloaded: one import for all workers."""
    return [
        *[sys.executable, "-m", "gunicorn", "cellquality.wsgi", "--bind", f"127.0.0.1:{port}"],
        *["--worker-class", "gthread", "--workers", str(workers), "--threads", "4", "--preload"],
        *["--timeout", "60", "--graceful-timeout", "3", "--log-level", "warning", "--no-control-socket"],
    ]


def worker_command(*, concurrency: int = 2) -> list[str]:
    """Prefork, because only processes stop softly; without gossip and events, which nobody listens to."""
    return [
        *[sys.executable, "-m", "celery", "--quiet", "-A", "cellquality", "worker", "--pool", "prefork"],
        *["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "warning"],
    ]


def beat_command(schedule: Path) -> list[str]:
    """`schedule` is the file in which beat keeps when it last sent what."""
    return [
        *[sys.executable, "-m", "celery", "--quiet", "-A", "cellquality", "beat", "--schedule", str(schedule)],
        *["--pidfile=", "--loglevel", "warning"],
    ]

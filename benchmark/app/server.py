"""The page's server: Streamlit for this machine, with nothing on disk and nothing asked of a network.

Started by `benchmark app` as a process of its own: `python -m benchmark.app.server HOST PORT`.
"""

import sys
from pathlib import Path

from benchmark.app.uploads import MOST_MEGABYTES
from benchmark.store.addresses import LOOPBACK

# environment variables, for `script`
WORKSPACE, GRID, COVERAGE = "BENCHMARK_APP_WORKSPACE", "BENCHMARK_APP_GRID", "BENCHMARK_APP_COVERAGE"


def settings(host: str, port: int) -> dict[str, object]:
    """Streamlit's settings, which go before those of the user's own configuration file."""
    return {
        "server.address": host,
        "server.port": port,
        "server.enableCORS": True,
        "server.enableXsrfProtection": True,
        "server.xsrfCookieSameSite": "strict",
        "server.enableAgentApi": False,
        "server.enableStaticServing": False,
        "server.fileWatcherType": "none",
        "server.maxUploadSize": MOST_MEGABYTES,
        "server.headless": True,  # no browser is opened, and no e-mail address asked for
        "browser.gatherUsageStats": False,
        "browser.serverAddress": host,
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
        "logger.level": "warning",
        "logger.hideWelcomeMessage": True,
        "theme.base": "light",
    }


def serve(host: str, port: int) -> None:
    """Serve the page until a signal ends this process."""
    from starlette.formparsers import MultiPartParser
    from starlette.middleware import Middleware
    from streamlit.runtime import get_instance
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.starlette import App

    from benchmark.app.own_pages import OwnPages
    from benchmark.app.upload_limit import MOST_BYTES, UploadLimit

    def held() -> int:
        files = get_instance().uploaded_file_mgr
        assert isinstance(files, MemoryUploadedFileManager)
        return sum(stat.byte_length for stats in files.get_stats().values() for stat in stats)

    MultiPartParser.spool_max_size = MOST_BYTES  # its default writes what is above 1 MB to temporary files
    own = Middleware(OwnPages, hosts=LOOPBACK if host in LOOPBACK else ())
    script = Path(__file__).with_name("script.py")
    App(script, middleware=[own, Middleware(UploadLimit, held=held)]).run(config=settings(host, port))


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))

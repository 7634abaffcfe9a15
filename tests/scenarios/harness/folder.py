"""A configuration folder of a test, written the way operators' tools write: whole, and over the old file."""

from __future__ import annotations

import os
from pathlib import Path

from harness.ports import free_port


class Folder:
    """A folder with `facade.yaml`, `silos/` and `routes/`, and the three ports its listeners take."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.listen, self.observe, self.admin = free_port(), free_port(), free_port()
        (path / "silos").mkdir(parents=True)
        (path / "routes").mkdir()

    def __truediv__(self, name: str) -> Path:
        return self.path / name

    def facade(self, **settings: str) -> None:
        """Write facade.yaml; `settings` are its keys beside the listeners, as YAML, over defaults fit for a test."""
        keys = {
            "version": "1",
            "listen": f"127.0.0.1:{self.listen}",
            "observe": f"127.0.0.1:{self.observe}",
            "admin": f"127.0.0.1:{self.admin}",
            "state": "state",
            "drain": "{pause: 0s, limit: 10s}",
            "log": "{requests: 100%, errors: all, level: info}",
            **settings,
        }
        self.write("facade.yaml", "".join(f"{key}: {value}\n" for key, value in keys.items()))

    def silo(self, name: str, url: str, *lines: str, **settings: str) -> None:
        """Write a silo that is passed through; `settings` are beside its url, `lines` beside its settings."""
        more = "".join(f", {key}: {value}" for key, value in settings.items())
        text = [f"silo: {name}", "adapter: passthrough", f'settings: {{url: "{url}"{more}}}', *lines]
        self.write(f"silos/{name}.yaml", "\n".join(text) + "\n")

    def routes(self, text: str, name: str = "routes/all.yaml") -> None:
        self.write(name, text)

    def rest(self, url: str) -> None:
        """One silo, `portal`, that answers every path."""
        self.silo("portal", url)
        self.routes("routes:\n  - {name: everything, match: '/{rest...}', legacy: portal, stage: legacy}\n")

    def write(self, name: str, text: str | bytes) -> None:
        """Put a file in its place as a whole, as an editor does: nobody ever sees half of it."""
        path = self.path / name
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.replace(new, path)

    def edit(self, name: str, old: str, new: str) -> None:
        """Change what stands there exactly once."""
        text = (self.path / name).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

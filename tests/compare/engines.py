"""Engines with one change each: a file of engine/ with one text in place of another, compiled anew
and linked with everything else as it was built. CADRAN_LINK names a file with what that takes."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Engines:
    """Builds programs in a folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        with open(os.environ["CADRAN_LINK"], encoding="utf-8") as file:
            self.link = json.load(file)

    def build(self, number, file, old, new):
        """The program cadran on the engine in which `new` stands for `old`, which must be there
        once."""
        text = (ROOT / "engine" / file).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise AssertionError(f"engine/{file} has {text.count(old)} times what is to be changed:\n"
                                 f"{old}")
        source = self.folder / f"{number}-{file}"
        source.write_text(text.replace(old, new), encoding="utf-8")
        program = self.folder / f"cadran-{number}"
        subprocess.run([*self.link["compile"], f"-I{ROOT / 'engine'}", str(source),
                        *self.link["objects"], *self.link["libraries"], "-o", str(program)],
                       check=True)
        source.unlink()
        return program

"""Run the notebooks and write their outputs back: ``python tests/execute_notebooks.py [NAME …]``."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

VIEW = "application/vnd.jupyter.widget-view+json"
FOLDER = Path(__file__).parent.parent / "notebooks"


def execute(path: Path) -> None:
    """Run one notebook in its folder; keep what its readers see, and nothing of this machine or moment."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": FOLDER}},
    ).execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(VIEW, None)  # a random name, of a widget that is not saved: its text says more
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.name for path in FOLDER.glob("*.ipynb")):
        execute(FOLDER / name)

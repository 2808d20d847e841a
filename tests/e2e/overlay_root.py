"""This machine's own root, with everything that is written to it kept in memory, so that nothing of it stays. Needs root."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

INSIDE = "SEEKD_TEST_INSIDE_NAMESPACE"


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, **options)


def own_mounts():
    """Runs this program again where its mounts are nobody else's; returns when already there."""
    if INSIDE not in os.environ:
        os.execvpe("unshare", ["unshare", "--mount", sys.executable, *sys.argv], dict(os.environ, **{INSIDE: "yes"}))


def mounted_root(test_class):
    """The root's path, until the class's tests are over. REQUIRES: own_mounts()"""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="seekd-root."))
    test_class.addClassCleanup(shutil.rmtree, folder)
    run("mount", "-t", "tmpfs", "none", folder)
    test_class.addClassCleanup(run, "umount", "--recursive", folder)
    for name in ("upper", "work", "root"):
        (folder / name).mkdir()
    layers = f"lowerdir=/,upperdir={folder}/upper,workdir={folder}/work"
    run("mount", "-t", "overlay", "overlay", "-o", layers, folder / "root")
    return folder / "root"

"""The small internet with the kernel counting what leaves towards an address that the door must never reach."""

import ipaddress
import json
import pathlib
import subprocess
import sys

import network

DENIED_V4 = """0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4""".split()
DENIED_V6 = """::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 5f00::/16
fc00::/7 fe80::/10 fec0::/10 ff00::/8""".split()
OWN_V4, OWN_V6 = "9.9.9.8", "2600:9000::8"  # public by the list, and the host's own here
LATE_V4 = "9.9.9.7"  # the web's at first
HERE = pathlib.Path(__file__).resolve().parent


def ends_of(text):
    """The first and the last address of a range that a name can lead to."""
    span = ipaddress.ip_network(text)
    return sorted({span[0], span[-1]})


PROBES = [str(address) for text in DENIED_V4 + DENIED_V6 for address in ends_of(text)] + [
    "::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2600::5efe:10.0.0.1", "169.254.169.254", OWN_V4, OWN_V6]
NAMES = {f"probe{number}.example.org": address for number, address in enumerate(PROBES)}


class CountedInternet(network.Internet):
    more_answers = [f"--host-record={name},{address}" for name, address in NAMES.items()] + [
        f"--server=/flip.example.org/{network.NAME_SERVER}#5354",
        f"--host-record=six.example.org,{network.WEB},fd00::1", f"--host-record=late.example.org,{LATE_V4}"]

    def __init__(self, folder):
        super().__init__(folder)
        network.run("ip", "address", "add", f"{OWN_V4}/32", "dev", "door")
        network.run("ip", "-6", "address", "add", f"{OWN_V6}/128", "dev", "door", "nodad")
        # A way to everywhere, so that what is not stopped leaves, and is counted.
        network.run("ip", "route", "add", "default", "via", network.WEB)
        network.run("ip", "-6", "route", "add", "default", "dev", "door")
        network.run(*self._far("ip", "address", "add", f"{LATE_V4}/32", "dev", "web"))
        self._count()
        self.processes.append(subprocess.Popen(
            self._far(sys.executable, HERE / "flipping_name_server.py", network.NAME_SERVER, "5354", network.WEB)))

    def _count(self):
        allowed = f"{{ {network.NAME_SERVER}, {network.WEB} }}"
        rules = f"""
table inet door {{
  counter denied {{ }}
  counter web {{ }}
  chain output {{
    type filter hook output priority 0;
    meta l4proto != {{ tcp, udp }} accept
    ip daddr {network.WEB} counter name web
    ip daddr {allowed} accept
    ip daddr {{ {", ".join(DENIED_V4)} }} counter name denied
    ip6 daddr {{ {", ".join(DENIED_V6)} }} counter name denied
    ip daddr {OWN_V4} counter name denied
    ip6 daddr {OWN_V6} counter name denied
  }}
}}"""
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

    @staticmethod
    def packets(name):
        """So many left under a counter: denied, web."""
        listed = subprocess.run(["nft", "--json", "list", "counter", "inet", "door", name], capture_output=True, text=True, check=True)
        return next(entry["counter"]["packets"] for entry in json.loads(listed.stdout)["nftables"] if "counter" in entry)

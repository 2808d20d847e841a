"""What research on server-side request forgery lists, sent to the door through `seekctl egress`: ways in which two readers of one
URL, of one name or of one address have disagreed, each with the reason for which it must be refused (or its one spelling).

Sources by group: parsers that differ (Tsai, "A New Era of SSRF", 2017; the WHATWG URL Standard's own notes), numbers (inet_aton(3)), IPv6
(RFC 4291, 6874, 6052, 8215, 3056, 4380, 5214), names (UTS #46, RFC 5891, 6761, 3172), clouds and clusters (the metadata services' manuals).

usage: egress_research_test.py SEEKCTL
"""

import os
import pathlib
import subprocess
import sys
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}

REFUSED = {
    "which part is the host": {
        "url_invalid": [
            r"https://example.org\.evil.org/", r"https://evil.org#@example.org\@10.0.0.1/", r"https://example.org:443\@evil.org/",
            r"https://example.org/\evil.org", "https:example.org@10.0.0.1/", "https:/example.org/", "https:///example.org/",
            r"https:\\example.org" + "\\", r"HTTPS:\/\/127.0.0.1", "https://?@example.org/", "https://#@example.org/",
            "https://example.org|evil.org/", "https://example.org:443%40evil.org/", "https://example.org%5c.evil.org/"],
        "userinfo": [
            "https://foo@evil.org:80@example.org/", "https://example.org;@evil.org/", "https://example.org&@evil.org/",
            "https://example.org%2F@evil.org/", "https://example.org%3F@evil.org/", "https://example.org%23@evil.org/",
            "https://example.org⁄@evil.org/", "https://127.0.0.1:443@example.org/", "https://[::1]@example.org/"],
        "host_invalid": ["https://example.org,evil.org/", "https://(example.org)/", "https://example.org'/"]},
    "what ends a line or a string": {
        "url_invalid": [
            "https://127.0.0.1\0.example.org/", "https://exa%00mple.org/", "https://example.org%0d%0aHost:%20evil.org/", "https://example.org\r.evil.org/",
            "https://example.org/\rHost: evil.org", "https://example.org%09.evil.org/", "https://exam\tple.org/", "https://[::1]%00.example.org/"]},
    "what is a number": {
        "ip_literal": [
            "https://0177.1/", "https://0x7f.0x0.0x0.0x1/", "https://00000000000000000000000000000177.0.0.1/", "https://1.0x/", "https://0/",
            "https://0.0/", "https://00.00.00.00/", "https://𝟙𝟚𝟟.𝟘.𝟘.𝟙/", "https://127。0。0。1/", "https://①②⑦。0。0。1/"],
        "host_invalid": [
            "https://127.0.0.1.0/", "https://0x7f000001.0/", "https://0b1111111.0.0.1/", "https://4294967296/", "https://18446744073709551617/",
            "https://127.0.0.1e0/", "https://127.0.0.0xG/", "https://127.0.0.1z/", "https://example.0xzz/", "https://example.1a/", "https://٠.٠.٠.٠/"],
        "url_invalid": ["https://%31%32%37.0.0.1/", "https://127%E3%80%820.0.1/", "https://example.org:65979/", "https://example.org:4294967739/",
                        "https://example.org:%34%34%33/", "https://example.org:４４３/", "https://example.org:-65093/"]},
    "what stands between brackets": {
        "ip_literal": [
            "https://[0:0:0:0:0:ffff:7f00:1]/", "https://[::ffff:0:127.0.0.1]/", "https://[64:ff9b:1::127.0.0.1]/", "https://[2002:7f00:1::]/",
            "https://[2001:0:0:0:0:0:80ff:fefe]/", "https://[0000:0000:0000:0000:0000:0000:0000:0001]/", "https://[fd00:ec2::254]/"],
        "url_invalid": [
            "https://[::ffff:127.0.0.1%25lo]/", "https://[fe80::1%251]/", "https://[fe80::1%eth0]/", "https://[::ffff:2130706433]/",
            "https://[::127.0.0.1:80]/", "https://[%3A%3A1]/", "https://%5B::1%5D/", "https://example.org[::1]/", "https://[example.org]/"],
        "host_invalid": ["https://[v1.fe80::a+en1]/", "https://[vF.::1]/"]},
    "which name it is": {
        "special_name": [
            "https://localhoſt/", "https://foo.localhost。/", "https://LOCALHOST。/", "https://metadata。google。internal/",
            "https://1.0.0.127.in-addr.arpa/", "https://resolver.arpa/", "https://ipv4only.arpa/", "https://foo.service.arpa/",
            "https://kubernetes.default.svc/", "https://consul.service.consul/", "https://host.docker.internal/", "https://metadata.azure.internal/",
            "https://example.onion./", "https://foo.alt/", "https://x.mail/"],
        "host_invalid": [
            "https://instance-data/", "https://xn--/", "https://xn--a.org/", "https://xn--xn--a.example.org/", "https://xn--n3h.net/", "https://💩.la/",
            "https://a\u200db.example.org/", "https://example.org：443/", "https://example.org﹟/", "https://example.org../", "https://--example.org/",
            "https://" + "a" * 64 + ".example.org/", "https://" + ".".join(["a" * 63] * 4) + ".org/"],
        "url_invalid": ["https://example.org%E2%80%8B/", "https://example.org%252e/", "https://EXAMPLE.ORG%2e/"]},
    "which protocol it is": {
        "scheme_denied": ["jar:https://example.org!/", "netdoc:///etc/passwd", "http://example.org:443/", "gopher://example.org:443/_x", "tftp://example.org/"],
        "port_denied": ["https://example.org:80/", "https://example.org:6379/"]},
}

# Unlike the above these name one host to every reader; the second spelling is what is fetched.
ONE_SPELLING = {
    "https://example。org/": "https://example.org/", "https://exam\u00adple.org/": "https://example.org/", "https://ﬁle.example.org/": "https://file.example.org/",
    "https://ſecure.example.org/": "https://secure.example.org/", "https://\u212a.example.org/": "https://k.example.org/",
    "https://example.org:443#@evil.org/": "https://example.org/", "https://example.org:443/@evil.org": "https://example.org/@evil.org",
    "https://example.org?.evil.org/": "https://example.org/?.evil.org/", "https://example.org//evil.org/": "https://example.org//evil.org/",
    "https://example.org/%0d%0aHost:%20evil.org": "https://example.org/%0D%0AHost:%20evil.org", "https://example.org/%00": "https://example.org/%00",
    "https://127.0.0.1.nip.io/": "https://127.0.0.1.nip.io/", "https://क्\u200dष.example.org/": "https://xn--11b2ezcw70k.example.org/"}

# What a hostile name server may answer, alone and behind a good address.
ANSWERS = [
    "0.0.0.0", "0.255.255.255", "100.64.0.1", "100.127.255.254", "192.0.0.1", "192.0.0.170", "192.0.0.192", "198.18.0.1", "198.19.255.255", "224.0.0.251",
    "255.255.255.255", "169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "::", "::1", "::ffff:0.0.0.0", "::ffff:169.254.169.254", "::127.0.0.1",
    "64:ff9b::169.254.169.254", "64:ff9b:1::10.0.0.1", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "2002:a9fe:a9fe::", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "3fff::1", "5f00::1", "100::1", "fe80::5efe:192.168.0.1", "2a00:1450::5efe:192.168.0.1", "fec0::1", "ff02::fb", "fd00:ec2::254", "fd20:ce::254",
    "::ffff:0:10.0.0.1"]


def verdicts(urls, *arguments):
    text = b"".join(url.encode() + b"\n" for url in urls)
    done = subprocess.run([SEEKCTL, "egress", "--batch", *arguments], input=text, capture_output=True, timeout=60, env=ENVIRONMENT)
    lines = done.stdout.decode().split("\n")[:-1]
    assert len(lines) == len(urls), (done.stderr, len(lines), len(urls))
    return [tuple(line.split("\t")[:2]) for line in lines]


class Research(unittest.TestCase):
    def test_what_readers_disagree_on_is_refused_for_its_reason(self):
        for group, reasons in REFUSED.items():
            for reason, urls in reasons.items():
                for url, verdict in zip(urls, verdicts(urls)):
                    with self.subTest(group=group, url=url):
                        self.assertEqual(verdict, ("deny", reason))

    def test_what_all_read_alike_has_one_spelling(self):
        for url, canonical in ONE_SPELLING.items():
            with self.subTest(url=url):
                done = subprocess.run([SEEKCTL, "egress", "--json", url], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
                self.assertIn('"verdict":"allow"', done.stdout)
                self.assertIn(f'"canonical":"{canonical}"', done.stdout)

    def test_no_answer_of_a_hostile_name_server_passes_alone_or_among_good_ones(self):
        for address in ANSWERS:
            for answer in (address, f"93.184.215.14,{address}", f"{address},2606:4700::1111"):
                with self.subTest(answer=answer):
                    self.assertEqual(verdicts(["https://rebind.example.org/"], "--resolve", f"rebind.example.org={answer}"), [("deny", "address_denied")])

    def test_the_answer_holds_for_the_name_however_it_is_written(self):
        for url in ("https://REBIND.example.org./", "https://ｒebind.example。org/", "https://re\u00adbind.example.org/"):
            with self.subTest(url=url):
                self.assertEqual(verdicts([url], "--resolve", "rebind.example.org=10.0.0.1"), [("deny", "address_denied")])


if __name__ == "__main__":
    unittest.main()

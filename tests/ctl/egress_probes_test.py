"""Hostile spellings of URLs and addresses, sent to the door through `seekctl egress`: none may pass, and no ordinary URL may be refused.

usage: egress_probes_test.py SEEKCTL
"""

import json
import os
import pathlib
import subprocess
import sys
import time
import unittest

SEEKCTL = pathlib.Path(sys.argv.pop(1)).resolve()
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("SEEKD_")}

# Reason to hosts; "|" stands between them.
HOSTS = {reason: text.split("|") for reason, text in {
    "ip_literal":
        # decimal, octal, hexadecimal, short, mixed
        "127.0.0.1|127.1|127.0.1|2130706433|0x7f000001|0x7f.1|0x7f.0.0.1|0177.0.0.1|017700000001|0177.0.0.01|127.0.0.1.|127.1.|"
        "0x7F.1|0X7f.1|00000177.0.0.1|0x0000007f.1|127.0.0.0x1|127.0.0.01|1.1.1.1|0|0.0.0.0|0x0|00|0.|4294967295|0x.0x.0x.0x|0x|"
        "169.254.169.254|169.254.43518|0xA9FEA9FE|2852039166|025177524776|10.0.0.1|0xa.1|192.168.257|3232235777|"
        # full-width, circled, mathematical digits; ideographic and full-width dots; what IDNA drops
        "１２７.０.０.１|127。0。0。1|127．0．0．1|127｡0｡0｡1|①②⑦.⓪.⓪.①|①②⑦.⓪.⓪.1|0ｘ7f.1|１27.0.0.1|127.0.0.１|¹²⁷.0.0.1|127.0.0.\u00ad1|"
        "\u00ad127.0.0.1|12\u00ad7.0.0.1|127.0.0.1。|𝟏𝟐𝟕.𝟎.𝟎.𝟏|①⑥⑨.②⑤④.①⑥⑨.②⑤④|169。254。169。254|127.0.0.\u200b1|"
        # IPv6, and IPv4 within it
        "[::1]|[::]|[0:0:0:0:0:0:0:1]|[::ffff:127.0.0.1]|[::FFFF:7F00:1]|[::127.0.0.1]|[64:ff9b::7f00:1]|[64:ff9b::127.0.0.1]|"
        "[64:ff9b:1::1]|[2002:7f00:1::]|[2001:0:7f00:1::]|[fe80::1]|[fc00::1]|[2606:4700::1111]|[2001:4860::5efe:127.0.0.1]|"
        "[::ffff:a9fe:a9fe]|[0:0:0:0:0:ffff:169.254.169.254]",
    "special_name":
        "localhost|LOCALHOST|localhost.|foo.localhost|foo.localhost.|localhost。|ｌocalhost|ⓛⓞⓒⓐⓛⓗⓞⓢⓣ|ℓocalhost|loca\u00adlhost|ß.localhost|"
        "a.local|a.LOCAL.|a.ｌocal|a.lo\u00adcal|a.internal|metadata.google.internal|metadata.google.internal.|router.home.arpa|home.arpa|"
        "x.home.arpa.|local|internal|localhost.localdomain|localhost6.localdomain6|a.onion|printer.lan|x.corp|x.home|x.intranet|x.private|"
        "x.test|x.invalid|kubernetes.default.svc.cluster.local|instance-data.ec2.internal",
    "host_invalid":
        "intranet|wpad|instance-data|metadata|xn--80ak6aa92e|256.256.256.256|127.0.0.256|4294967296|0x100000000|127.0.0.1.2|1.2.3.4.5|"
        "09.0.0.1|08|example.1|example.0x1|example.org.1|1.example.0x|a.256|foo.0|foo.09|example.org.1.|a.１|example。0x7f|"
        "example..org|.example.org|example.org..|localhost..|..|.|xn--a|xn--.org|xn--0.org|xn--127-0-0-1.org|xn--例.org|" +
        "a" * 64 + ".org|" + ("a" * 63 + ".") * 4 + "org|" + "a." * 127 + "org|" +
        "exa$mple.org|exa!mple.org|exa,mple.org|exa*mple.org|*.example.org|exa'mple.org|exa(mple).org|exa=mple.org|exa&mple.org|"
        "exa;mple.org|exa+mple.org|exa~mple.org|127.0.0.1;|example.org∕evil|example.org／evil|example.org⁄x|example．org：80|"
        "example.org＃|example.org？|example.org＠127.0.0.1|℀.org|⅓.org|exa\u202emple.org|127․0․0․1|example.org\u3000|exam\u00a0ple.org|"
        "-a.example.org|a-.example.org|☃.net|\u200d.org",
    "userinfo":
        "user@127.0.0.1|example.org@127.0.0.1|example.org:80@127.0.0.1|@127.0.0.1|@example.org|user:@example.org|:@example.org|"
        "example.org@|a@b@example.org|example.org:443@127.0.0.1|user:pass@example.org|example.org%40@127.0.0.1",
    "url_invalid":
        "[::1|::1|[::1]x|[]|[[::1]]|[::1].example.org|[127.0.0.1]|[fe80::1%25eth0]|[fe80::1%eth0]|[::1%lo]|[::ffff:0x7f.1]|"
        " example.org|example.org\t|exam\tple.org|exam\rple.org|example.org\0.evil|example%2eorg|%31%32%37.0.0.1|127%2e0%2e0%2e1|"
        "example.org%00|example.org%2f|127.0.0.1%09|%65xample.org|%|127.0.0.1\\@example.org|example.org\\@127.0.0.1|example.org\\.evil|"
        "example.org\\|\\\\example.org|exa\"mple.org|exa<mple.org|exa^mple.org|exa`mple.org|exa{mple}.org|"
        "example.org:0|example.org:65536|example.org:00443|example.org:0443|example.org:443443|example.org:-1|example.org:+443|"
        "example.org:443x|example.org:4 43|example.org:٤٤٣|example.org:４４３|example.org:443:443|example.org::443|example.org:0x1bb|"
        "example.org:99999999999999999999",
    "port_denied": "example.org:80|example.org:22|example.org:8443|example.org:1|example.org:65535|127.0.0.1:80|[::1]:22",
}.items()}

URLS = {
    "url_invalid": [
        "", "https:", "https://", "https:/example.org", "https:example.org", "//example.org/", "/x", "example.org", "https:///example.org/",
        "https:////example.org", "https:\\\\example.org", "https:/\\example.org", "https://\\example.org", "\\\\example.org\\x",
        "ht\ttps://example.org", " https://example.org", "https://example.org ", "\x01https://example.org/", "\ufeffhttps://example.org/",
        "httpſ://example.org/", "https：//example.org/", "https:∕∕example.org/", "https://?x", "https://#x", "https://:443/", "https//example.org",
        "https;//example.org", "https:://example.org", "https://example.org/\r\rHost: x", "https://example.org/\rx",
        "https://example.org/\tx", "https://example.org/\x7f", "https://example.org/\0", "https://example.org/a b", "https://example.org/\u0085x",
        "https://example.org/\u2028x", "https://example.org/a\\..\\b", "http://127.0.0.3:18082\\@127.0.0.1:18080/", "1https://example.org/"],
    "url_too_long": ["https://example.org/" + "x" * 2040, "https://" + "a." * 1100 + "org/", "https://example.org/" + "é" * 500],
    "scheme_denied": [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://example.org/", "gopher://127.0.0.1:70/_x", "dict://127.0.0.1/",
        "ldap://x.org/", "ws://example.org/", "wss://example.org/", "http://example.org/", "HTTP://example.org/", "view-source:https://example.org/",
        "blob:https://example.org/x", "feed:https://example.org/", "https+unix://x/", "mailto:a@b.org", "url:https://example.org"],
    "userinfo": ["https://:@/", "https://example.org:443@127.0.0.1/", "https://a:b@example.org:443/x@y"],
    "ip_literal": ["HtTpS://127.0.0.1/", "https://127.0.0.1", "https://127.0.0.1?x", "https://127.0.0.1#x", "https://127.0.0.1#@example.org/",
                   "https://127.0.0.1?@example.org/", "https://127.0.0.1:443/", "https://127.0.0.1:/"],
}

ORDINARY = """
https://example.org|https://example.org/
HTTPS://EXAMPLE.ORG:443/|https://example.org/
https://example.org:/x|https://example.org/x
https://example.org./x|https://example.org/x
https://例え.jp/パス?クエリ=値#フラグ|https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9?%E3%82%AF%E3%82%A8%E3%83%AA=%E5%80%A4
https://müller.de/straße|https://xn--mller-kva.de/stra%C3%9Fe
https://faß.de/|https://xn--fa-hia.de/
https://xn--mller-kva.de/|https://xn--mller-kva.de/
https://пример.рф/путь|https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C
https://ＥＸＡＭＰＬＥ.org/|https://example.org/
https://example.org/a//b/../c|https://example.org/a//c
https://example.org/?a[]=1&b={x}|https://example.org/?a%5B%5D=1&b=%7Bx%7D
https://example.org/50%?q=5%|https://example.org/50%25?q=5%25
https://example.org/~a/(b)!*;c=d,e:f@g$&'+|https://example.org/~a/(b)!*;c=d,e:f@g$&'+
https://example.org/?u=https://user@other.org:8443/?x|https://example.org/?u=https://user@other.org:8443/?x
https://medium.com/@user/x|https://medium.com/@user/x
https://en.wikipedia.org/wiki/Foo_(bar)#C++|https://en.wikipedia.org/wiki/Foo_(bar)
https://a_b.example.org/|https://a_b.example.org/
https://r3---sn-x.example.com/|https://r3---sn-x.example.com/
https://192.0.2.1.example.org/|https://192.0.2.1.example.org/
https://1and1.com/|https://1and1.com/
https://3.example.org/4|https://3.example.org/4
https://www.0x.org/|https://www.0x.org/
https://local.example.org/internal|https://local.example.org/internal
https://internal.org/|https://internal.org/
https://corp.com/|https://corp.com/
https://127.0.0.1.nip.io/|https://127.0.0.1.nip.io/
https://example.org#@127.0.0.1/|https://example.org/
https://example.org?@127.0.0.1/|https://example.org/?@127.0.0.1/
""".strip().split("\n")

DENIED = """
0.0.0.0 0.255.255.255 10.0.0.0 10.255.255.255 100.64.0.0 100.127.255.255 127.0.0.0 127.0.0.1 127.255.255.255 169.254.0.0 169.254.169.254
169.254.255.255 172.16.0.0 172.31.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.0 192.88.99.255 192.168.0.0 192.168.255.255
198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255
168.63.129.16 100.100.100.200
:: ::1 ::2 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8
64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::1 64:ff9b:1:ffff:: 100:: 100::1 100:0:0:1:: 1fff:ffff:: 4000:: 5f00::1 8000::
2001::1 2001:0:7f00:1:: 2001:2::1 2001:10::1 2001:1ff:ffff::1 2001:20::1 2001:db8::1 2001:db8:ffff::1 2002:: 2002:7f00:1:: 2002:808:808::
3fff:: 3fff:fff:ffff::1 fc00:: fd00::1 fdff:: fd00:ec2::254 fe80:: fe80::1 febf:: fe80::a9fe:a9fe fec0:: feff:: ff00:: ff02::1 ffff::
2a00:1450::5efe:8.8.8.8 2a00:1450::200:5efe:127.0.0.1 2600:1f00:0:0:0:5efe:a00:1 2606:4700::300:5efe:1.1.1.1
""".split()
ALLOWED = """
1.0.0.0 1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 93.184.215.14 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0
172.15.255.255 172.32.0.0 191.255.255.255 192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0 223.255.255.255 ::ffff:8.8.8.8 2000::1 2001:200::1 2001:4860:4860::8888 2001:db7:ffff::1
2001:db9::1 2003::1 2606:4700::1111 2a00:1450:4001::200e 3ffe::1 3fff:1000::1
""".split()


def run(*arguments, lines=()):
    text = b"".join((line if isinstance(line, bytes) else line.encode()) + b"\n" for line in lines)
    return subprocess.run([SEEKCTL, "egress", *arguments], input=text, capture_output=True, timeout=60, env=ENVIRONMENT)


def verdicts(urls, *arguments):
    out = run("--batch", *arguments, lines=urls).stdout.split(b"\n")[:-1]
    assert len(out) == len(urls), (len(out), len(urls))
    return [tuple(line.decode().split("\t")) for line in out]


class Hostile(unittest.TestCase):
    def assertDenied(self, urls, reason):
        for url, verdict in zip(urls, verdicts(urls)):
            self.assertEqual(verdict[:2], ("deny", reason), repr(url))
            self.assertEqual(len(verdict), 3, repr(url))

    def test_a_host_that_is_none_is_refused_for_its_reason_in_every_surrounding(self):
        for reason, hosts in HOSTS.items():
            self.assertDenied([f"https://{host}/" for host in hosts], reason)
            self.assertDenied([f"HTTPS://{host}" for host in hosts], reason)
            self.assertDenied([f"https://{host}?a=https://example.org/#x" for host in hosts], reason)

    def test_an_address_is_no_name_on_any_port_and_below_no_other_scheme(self):
        for host in HOSTS["ip_literal"]:
            for url in (f"https://{host}:443/", f"http://{host}/", f"https://{host}:8443/"):
                self.assertEqual(verdicts([url])[0][0], "deny", url)

    def test_a_url_that_is_none_is_refused_for_its_reason(self):
        for reason, urls in URLS.items():
            self.assertDenied(urls, reason)

    def test_bytes_that_are_no_text_are_a_line_each(self):
        urls = [b"https://ex\xffample.org/", b"https://ex\xc0\xaeample.org/", b"https://127\xc0\xae0.0.1/", b"https://\xed\xa0\x80.org/",
                b"\xff" * 100_000, bytes(range(11, 256)), b"\t" * 50]
        self.assertEqual([verdict[0] for verdict in verdicts(urls)], ["deny"] * len(urls))
        self.assertTrue(all(len(verdict) == 3 for verdict in verdicts(urls)))


class Ordinary(unittest.TestCase):
    def test_no_ordinary_url_is_refused_and_each_has_one_spelling(self):
        for line in ORDINARY:
            url, canonical = line.split("|")
            found = json.loads(run("--json", url).stdout)
            self.assertEqual((found["verdict"], found["canonical"]), ("allow", canonical), url)
            self.assertEqual(verdicts([canonical])[0], ("allow", "allowed", canonical))

    def test_the_url_of_a_line_stands_in_its_verdict(self):
        for line in ORDINARY:
            url = line.split("|")[0]
            self.assertEqual(verdicts([url])[0], ("allow", "allowed", url))


class Addresses(unittest.TestCase):
    def judge(self, *addresses):
        return verdicts(["https://example.org/"], "--resolve", "example.org=" + ",".join(addresses))[0][:2]

    def test_no_address_of_the_deny_list_passes_alone_or_among_others(self):
        for address in DENIED:
            self.assertEqual(self.judge(address), ("deny", "address_denied"), address)
            self.assertEqual(self.judge("8.8.8.8", address), ("deny", "address_denied"), address)

    def test_the_addresses_beside_the_deny_list_pass(self):
        for address in ALLOWED:
            self.assertEqual(self.judge(address), ("allow", "allowed"), address)

    def test_other_spellings_of_addresses_are_wrong_usage(self):
        for address in ("127.1", "0x7f.1", "0177.0.0.1", "2130706433", "127.0.0.1.", "fe80::1%eth0", "[::1", "127.0.0.01", "", "::1::", "1.2.3.4/32",
                        "１２７.0.0.1", "localhost"):
            self.assertEqual(run("https://example.org/", "--resolve", f"example.org={address}").returncode, 2, address)

    def test_several_names_each_have_their_addresses(self):
        urls = ["https://a.org/", "https://b.org/", "https://B.org./", "https://bücher.example/", "https://c.org/"]
        answers = ["a.org=8.8.8.8,1.1.1.1,b.org=8.8.8.8,10.0.0.1", "BÜCHER.example=[::1]"]
        found = verdicts(urls, "--resolve", answers[0], "--resolve", answers[1])
        self.assertEqual([verdict[0] for verdict in found], ["allow", "deny", "deny", "deny", "allow"])

    def test_too_many_addresses_refuse_the_name(self):
        self.assertEqual(self.judge(*[f"8.8.8.{number}" for number in range(16)])[0], "allow")
        self.assertEqual(self.judge(*[f"8.8.8.{number}" for number in range(17)]), ("deny", "too_many_addresses"))


class Batch(unittest.TestCase):
    def test_a_hundred_thousand_urls_take_seconds(self):
        urls = [f"https://sub{number}.example.org/päge/{number}?x=[{number}]" for number in range(100_000)]
        begun = time.monotonic()
        self.assertEqual({verdict[0] for verdict in verdicts(urls)}, {"allow"})
        self.assertLess(time.monotonic() - begun, 20)

    def test_a_verdict_comes_before_the_next_url(self):
        with subprocess.Popen([SEEKCTL, "egress", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT) as process:
            for _ in range(3):
                process.stdin.write(b"https://example.org/\n")
                process.stdin.flush()
                self.assertEqual(process.stdout.readline(), b"allow\tallowed\thttps://example.org/\n")
            process.stdin.close()


if __name__ == "__main__":
    unittest.main()
